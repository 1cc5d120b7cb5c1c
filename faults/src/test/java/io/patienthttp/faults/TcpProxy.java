package io.patienthttp.faults;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The network between a worker and the database: forwards bytes, until it is told to do worse. */
final class TcpProxy implements AutoCloseable {

    private final ServerSocket listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    private final int target;
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private final AtomicInteger answersToLose = new AtomicInteger();
    private final AtomicInteger commitsToLose = new AtomicInteger();
    private volatile boolean refusing;
    private volatile boolean silent;
    private volatile long latencyMillis;

    TcpProxy(int target) throws IOException {
        this.target = target;
        thread(this::accept).start();
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Closes every connection, and each new one at once. */
    void cut() {
        refusing = true;
        links.forEach(Link::reset);
    }

    /** Forwards nothing more, in neither direction, and tells nobody. New connections are accepted and hear nothing. */
    void goSilent() {
        silent = true;
    }

    /** Delays whatever it forwards. */
    void delay(long millis) {
        latencyMillis = millis;
    }

    /** Forwards again. What was silent stays so; the connections are reset. */
    void heal() {
        links.forEach(Link::reset);
        refusing = false;
        silent = false;
        latencyMillis = 0;
    }

    /** Of the next commits the database sees the COMMIT; its answer is swallowed, and the connection reset. */
    void loseAnswersToCommit(int commits) {
        answersToLose.set(commits);
    }

    /**
     * The next COMMITs are swallowed, and the connection reset: the database never sees them. The driver must send them
     * as text, and not as the name of a prepared statement: {@code prepareThreshold=0}.
     */
    void loseCommits(int commits) {
        commitsToLose.set(commits);
    }

    /** Whether as many answers and COMMITs were lost as were to be. */
    boolean hasLostAll() {
        return answersToLose.get() <= 0 && commitsToLose.get() <= 0;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                connect(listener.accept());
            } catch (IOException e) {
                // It was closed.
            }
        }
    }

    private void connect(Socket client) {
        try {
            var link = new Link(client, new Socket(InetAddress.getLoopbackAddress(), target));
            links.add(link);
            if (refusing) { // asked when cut() can see the link
                link.reset();
                return;
            }
            thread(() -> link.forward(client, link.server, commitsToLose)).start();
            thread(() -> link.forward(link.server, client, answersToLose)).start();
        } catch (IOException e) {
            Link.reset(client); // the database is away
        }
    }

    private static Thread thread(Runnable work) {
        var thread = new Thread(work, "tcp-proxy");
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public void close() throws IOException {
        listener.close();
        links.forEach(Link::reset);
    }

    /** One connection through the proxy. */
    private final class Link {

        private final Socket client;
        private final Socket server;

        Link(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        /** Until one end closes it, or a COMMIT is to be lost: its text is in the message that asks for it, and in the answer. */
        void forward(Socket from, Socket to, AtomicInteger toLose) {
            try {
                var buffer = new byte[64 << 10];
                var input = from.getInputStream();
                var output = to.getOutputStream();
                for (int count = input.read(buffer); count >= 0; count = input.read(buffer)) {
                    TimeUnit.MILLISECONDS.sleep(latencyMillis);
                    if (isToBeLost(buffer, count, toLose)) {
                        break;
                    }
                    if (silent) {
                        return; // both ends stay open, and wait
                    }
                    output.write(buffer, 0, count);
                }
            } catch (IOException e) {
                // One end closed it.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            reset();
        }

        private static boolean isToBeLost(byte[] buffer, int count, AtomicInteger toLose) {
            return toLose.get() > 0
                    && new String(buffer, 0, count, StandardCharsets.ISO_8859_1).contains("COMMIT\0")
                    && toLose.getAndDecrement() > 0;
        }

        /** RST instead of FIN. */
        void reset() {
            links.remove(this);
            reset(client);
            reset(server);
        }

        private static void reset(Socket socket) {
            try {
                socket.setSoLinger(true, 0);
                socket.close();
            } catch (IOException e) {
                // It is closed.
            }
        }
    }
}
