package io.patienthttp.internal.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;

/** A server on the loopback that misbehaves as told: each connection runs the script on a thread of its own. */
final class RawServer implements AutoCloseable {

    /** What happens on a connection. */
    interface Script {
        void run(Socket socket) throws IOException;
    }

    private final ServerSocket listener;
    private static final int BACKLOG = 4_096;

    private final String scheme;
    private final AtomicInteger ended = new AtomicInteger();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();

    RawServer(Script script) throws IOException {
        this(new ServerSocket(0, BACKLOG, loopback("127.0.0.1")), "http", script);
    }

    /** On one of the addresses 127.0.0.0/8, at a port, or at any if it is 0. */
    RawServer(String address, int port, Script script) throws IOException {
        this(new ServerSocket(port, BACKLOG, loopback(address)), "http", script);
    }

    /** Over TLS, which speaks one of the protocols if any is given. */
    RawServer(SSLContext tls, List<String> protocols, Script script) throws IOException {
        this(tls(tls, protocols), "https", script);
    }

    private RawServer(ServerSocket listener, String scheme, Script script) {
        this.listener = listener;
        this.scheme = scheme;
        daemon(() -> {
            while (true) {
                var socket = listener.accept();
                socket.setTcpNoDelay(true);
                sockets.add(socket);
                daemon(() -> {
                    try {
                        script.run(socket);
                    } finally {
                        ended.incrementAndGet();
                    }
                });
            }
        });
    }

    private static InetAddress loopback(String address) throws IOException {
        var loopback = InetAddress.getByName(address);
        if (!loopback.isLoopbackAddress()) {
            throw new IOException(address + " is no loopback address");
        }
        return loopback;
    }

    private static ServerSocket tls(SSLContext context, List<String> protocols) throws IOException {
        var socket = (SSLServerSocket)
                context.getServerSocketFactory().createServerSocket(0, BACKLOG, loopback("127.0.0.1"));
        var parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(protocols.toArray(String[]::new));
        socket.setSSLParameters(parameters);
        return socket;
    }

    /** How many connections there were, and how many of their scripts ended. */
    int accepted() {
        return sockets.size();
    }

    int ended() {
        return ended.get();
    }

    private interface Step {
        void run() throws IOException;
    }

    private static void daemon(Step step) {
        var thread = new Thread(
                () -> {
                    try {
                        step.run();
                    } catch (IOException e) {
                        // the peer or the test closed it
                    }
                },
                "raw-server");
        thread.setDaemon(true);
        thread.start();
    }

    String url(String path) {
        return scheme + "://" + listener.getInetAddress().getHostAddress() + ":" + port() + path;
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Reads the head of a request, up to the empty line. */
    static String readHead(Socket socket) throws IOException {
        var head = new StringBuilder();
        var in = socket.getInputStream();
        while (head.indexOf("\r\n\r\n") < 0) {
            var c = in.read();
            if (c < 0) {
                break;
            }
            head.append((char) c);
        }
        return head.toString();
    }

    static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    /** Ends the connection with RST, as a crashed peer or a firewall does. */
    static void reset(Socket socket) throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() {
        try {
            listener.close();
            for (var socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
