package io.patienthttp.benchmarks.contender;

import io.patienthttp.benchmarks.machine.Options;
import java.sql.Connection;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.client.BufferingResponseListener;
import org.eclipse.jetty.client.BytesRequestContent;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Result;

/** The limit of HTTP: Jetty's client alone, with no database. Nothing is stored, neither requests nor results. */
final class BareClient implements Contender {

    private final HttpClient client = new HttpClient();
    private final Results results;
    private final int inFlight;
    private final AtomicInteger left = new AtomicInteger();
    private volatile String url = "";

    BareClient(Options options, Results results) {
        this.results = results;
        this.inFlight = options.number("max-in-flight");
        client.setMaxConnectionsPerDestination(inFlight);
        client.setMaxRequestsQueuedPerDestination(inFlight);
    }

    @Override
    public void createTables() {}

    @Override
    public void start() throws Exception {
        client.start();
    }

    @Override
    public List<String> store(Connection transaction, String url, int count) {
        this.url = url;
        left.addAndGet(count);
        return List.of();
    }

    @Override
    public void wake() {
        for (int i = 0; i < inFlight; i++) {
            next();
        }
    }

    private void next() {
        int number = left.getAndUpdate(count -> Math.max(0, count - 1));
        if (number > 0) {
            client.POST(url)
                    .body(new BytesRequestContent("application/json", BlockingCall.BODIES.bytes(number)))
                    .send(new Answered());
        }
    }

    private final class Answered extends BufferingResponseListener {

        @Override
        public void onComplete(Result result) {
            if (result.isSucceeded()) {
                results.committed();
            } else {
                results.fail();
            }
            next();
        }
    }

    /** Sends one request and waits for the answer. */
    void exchange(String url) throws Exception {
        client.POST(url)
                .body(new BytesRequestContent("application/json", BlockingCall.BODIES.bytes(0)))
                .send();
    }

    @Override
    public void close() throws Exception {
        client.stop();
    }
}
