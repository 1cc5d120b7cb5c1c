package io.patienthttp.benchmarks.server;

import io.patienthttp.benchmarks.machine.CommandLoop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * The main class of the slow server: reads the request and answers {@code /?delay=<ms>} with 4 KB after that time. No
 * thread waits. Commands: {@code port}; {@code reset}; {@code counts}, answered with hits, ids seen, ids seen more than
 * once, waiting, most waiting; {@code times <file>}. Times are {@code System.nanoTime}, which on Linux is one clock for
 * all processes.
 */
public final class SlowServer {

    /** Bytes of each answer. */
    public static final int ANSWER = 4096;

    private final Server server;
    private final ServerConnector connector;
    private final Payload answers = Payload.of(2, ANSWER);
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
    private final Map<String, Visit> visits = new ConcurrentHashMap<>();
    private final AtomicInteger hits = new AtomicInteger();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicInteger mostWaiting = new AtomicInteger();

    private SlowServer() throws Exception {
        server = new Server(new QueuedThreadPool(20, 4));
        connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory());
        connector.setHost("127.0.0.1");
        connector.setAcceptQueueSize(4096);
        connector.setIdleTimeout(600_000);
        server.addConnector(connector);
        server.setHandler(new SlowHandler());
        server.start();
    }

    /** Runs it until "quit". */
    public static void main(String[] arguments) throws Exception {
        var slow = new SlowServer();
        CommandLoop.listen(slow::command, slow.server::stop);
    }

    private Object command(List<String> words) throws IOException {
        return switch (words.get(0)) {
            case "port" -> connector.getLocalPort();
            case "reset" -> {
                visits.clear();
                hits.set(0);
                mostWaiting.set(waiting.get());
                yield "";
            }
            case "counts" ->
                "%d %d %d %d %d"
                        .formatted(
                                hits.get(),
                                visits.size(),
                                visits.values().stream()
                                        .filter(visit -> visit.hits > 1)
                                        .count(),
                                waiting.get(),
                                mostWaiting.get());
            case "times" -> Files.write(Path.of(words.get(1)), times());
            default -> throw new IllegalArgumentException(words.toString());
        };
    }

    private List<String> times() {
        var lines = new ArrayList<String>();
        visits.forEach((id, visit) -> {
            lines.add("arrived " + id + " " + visit.arrived);
            lines.add("answered " + id + " " + visit.answered);
        });
        return lines;
    }

    /** What is known of one request id. */
    private static final class Visit {

        private volatile int hits;
        private volatile long arrived;
        private volatile long answered;

        private synchronized void arrive(long now) {
            hits = hits + 1;
            arrived = now;
        }
    }

    private final class SlowHandler extends Handler.Abstract.NonBlocking {

        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            long now = System.nanoTime();
            int hit = hits.incrementAndGet();
            var visit = Optional.ofNullable(request.getHeaders().get("x-request-id"))
                    .map(id -> visits.computeIfAbsent(id, k -> new Visit()))
                    .orElseGet(Visit::new);
            visit.arrive(now);
            mostWaiting.accumulateAndGet(waiting.incrementAndGet(), Math::max);
            long delay = Long.parseLong(request.getHttpURI().getQuery().replace("delay=", ""));
            Content.Source.consumeAll(
                    request,
                    Callback.from(
                            () -> {
                                if (delay == 0) {
                                    answer(hit, visit, response, callback);
                                } else {
                                    timer.schedule(
                                            () -> answer(hit, visit, response, callback), delay, TimeUnit.MILLISECONDS);
                                }
                            },
                            callback::failed));
            return true;
        }

        private void answer(int hit, Visit visit, Response response, Callback callback) {
            waiting.decrementAndGet();
            visit.answered = System.nanoTime();
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
            response.write(true, ByteBuffer.wrap(answers.bytes(hit)), callback);
        }
    }
}
