package io.patienthttp.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.patienthttp.CallbackArgs;
import io.patienthttp.Method;
import io.patienthttp.Outcome;
import io.patienthttp.OutcomeDetails;
import io.patienthttp.Preprocessor;
import io.patienthttp.Request;
import io.patienthttp.spi.IncomingResponse;
import io.patienthttp.spi.Limits;
import io.patienthttp.spi.Sent;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** A sender over a transport that answers as told, on the calling thread. */
abstract class SenderFixture {

    static final CallbackArgs ARGS = CallbackArgs.of(Map.of("user", 42));
    static final OutcomeDetails DETAILS = OutcomeDetails.builder("id-1", Method.GET, URI.create("https://first/"))
            .queueDuration(Duration.ofMillis(7))
            .attempt(3)
            .callbackArgs(ARGS)
            .build();
    static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(60);

    final FakeTransport transport = new FakeTransport();
    final Map<String, String> secrets = new HashMap<>(Map.of("key", "s3cret"));
    final Map<String, Preprocessor> preprocessors = new HashMap<>();
    Executor threads = Runnable::run;
    SecretSource source = name -> Optional.ofNullable(secrets.get(name));
    int maxRedirects = 5;
    boolean failOnErrorStatus;
    String userAgent = "patient-http/test";

    static CompletableFuture<IncomingResponse> failed(Throwable cause) {
        return CompletableFuture.failedFuture(cause);
    }

    static Request.Builder request(Method method, String url) {
        return Request.builder(method, url);
    }

    io.patienthttp.spi.OutgoingRequest only() {
        assertThat(transport.requests).hasSize(1);
        return transport.requests.get(0);
    }

    SendSettings settings() {
        return new SendSettings(
                Limits.of(DEFAULT_TIMEOUT),
                Map.of("slow", Duration.ofMinutes(5)),
                maxRedirects,
                failOnErrorStatus,
                userAgent,
                Set.of("Authorization", "x-api-key"));
    }

    RequestSender sender() {
        return new RequestSender(transport, threads, source, preprocessors, settings());
    }

    Sent send(Request.Builder request) {
        return sender().send(DETAILS, request.build(), () -> true)
                .result()
                .toCompletableFuture()
                .join();
    }

    Outcome outcome(Request.Builder request) {
        return ((Sent.Done) send(request)).outcome();
    }
}
