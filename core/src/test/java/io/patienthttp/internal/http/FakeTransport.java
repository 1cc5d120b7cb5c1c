package io.patienthttp.internal.http;

import io.patienthttp.Headers;
import io.patienthttp.spi.HttpTransport;
import io.patienthttp.spi.IncomingResponse;
import io.patienthttp.spi.OutgoingRequest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Answers as told, in order, and keeps what it was given. */
final class FakeTransport implements HttpTransport {

    final List<OutgoingRequest> requests = new ArrayList<>();
    final List<FakeExchange> exchanges = new ArrayList<>();
    private final Deque<FakeExchange> answers = new ArrayDeque<>();

    FakeTransport answer(int status, Map<String, String> headers) {
        var map = new java.util.LinkedHashMap<String, List<String>>();
        headers.forEach((name, value) -> map.put(name, List.of(value)));
        return answer(CompletableFuture.completedFuture(
                new IncomingResponse(status, Headers.of(map), ("body " + status).getBytes())));
    }

    FakeTransport redirect(int status, String location) {
        return answer(status, Map.of("Location", location));
    }

    FakeTransport answer(CompletableFuture<IncomingResponse> response) {
        answers.add(new FakeExchange(response));
        return this;
    }

    @Override
    public void start() {}

    @Override
    public void stop() {}

    @Override
    public Exchange send(OutgoingRequest request) {
        requests.add(request);
        var exchange = answers.remove();
        exchanges.add(exchange);
        return exchange;
    }

    static final class FakeExchange implements Exchange {

        final CompletableFuture<IncomingResponse> response;
        int aborts;
        int releases;

        private FakeExchange(CompletableFuture<IncomingResponse> response) {
            this.response = response;
        }

        @Override
        public CompletionStage<IncomingResponse> response() {
            return response;
        }

        @Override
        public void abort() {
            aborts++;
        }

        @Override
        public void release() {
            releases++;
        }
    }
}
