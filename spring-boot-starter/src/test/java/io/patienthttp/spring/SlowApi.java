package io.patienthttp.spring;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Answers at once at {@code /now}, and at {@code /held} when it is told to. */
final class SlowApi implements AutoCloseable {

    /** When each request came, by {@link System#nanoTime}. */
    final Queue<Long> hits = new ConcurrentLinkedQueue<>();

    /** The header authorization of each request. */
    final Queue<String> authorizations = new ConcurrentLinkedQueue<>();

    private final CountDownLatch release = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;

    SlowApi() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            hits.add(System.nanoTime());
            authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("authorization")));
            if (exchange.getRequestURI().getPath().equals("/held")) {
                release.await();
            }
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write("ok".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    String now() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/now";
    }

    String held() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/held";
    }

    void release() {
        release.countDown();
    }

    @Override
    public void close() {
        release();
        server.stop(0);
        threads.shutdownNow();
    }
}
