package io.patienthttp.demo;

import io.patienthttp.Callback;
import io.patienthttp.CancelResult;
import io.patienthttp.Failure.Kind;
import io.patienthttp.Headers;
import io.patienthttp.PatientHttpClient;
import io.patienthttp.Request;
import io.patienthttp.RequestState;
import io.patienthttp.RequestStatus;
import io.patienthttp.RequestStatus.Attempts;
import io.patienthttp.Response;
import io.patienthttp.TransportFailure;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.stereotype.Component;

/** Sends at once, from memory. */
@Component
public class FakePatientHttp implements PatientHttpClient {

    private final Callback callback;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Set<String> inFlight = ConcurrentHashMap.newKeySet();

    FakePatientHttp(Callback callback) {
        this.callback = callback;
    }

    @Override
    public List<String> enqueueAll(Collection<Request> requests) {
        return requests.stream().map(this::send).toList();
    }

    private String send(Request request) {
        var id = UUID.randomUUID().toString();
        inFlight.add(id);
        var start = Instant.now();
        var publisher = request.body().map(BodyPublishers::ofByteArray).orElse(BodyPublishers.noBody());
        var httpRequest =
                HttpRequest.newBuilder(request.url()).method(request.method().name(), publisher);
        request.headers().forEach(httpRequest::header);
        http.sendAsync(httpRequest.build(), BodyHandlers.ofByteArray())
                .whenComplete((response, error) -> deliver(id, request, start, response, error));
        return id;
    }

    private void deliver(String id, Request request, Instant start, HttpResponse<byte[]> response, Throwable error) {
        var duration = Duration.between(start, Instant.now());
        try {
            if (error == null) {
                callback.onComplete(Response.builder(id, request.method(), request.url(), response.statusCode())
                        .headers(Headers.of(response.headers().map()))
                        .body(response.body())
                        .duration(duration)
                        .callbackArgs(request.callbackArgs())
                        .build());
            } else {
                callback.onError(
                        TransportFailure.builder(id, request.method(), request.url(), Kind.CONNECTION, "no connection")
                                .duration(duration)
                                .callbackArgs(request.callbackArgs())
                                .build());
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        inFlight.remove(id);
    }

    @Override
    public List<String> enqueueAll(Connection connection, Collection<Request> requests) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CancelResult cancel(String id) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<RequestStatus> find(String id) {
        return Optional.of(id)
                .filter(inFlight::contains)
                .map(known -> new RequestStatus(
                        known, RequestState.IN_FLIGHT, new Attempts(1, 0, false), "callback", Instant.now(), null));
    }
}
