package io.patienthttp.runtime;

import io.patienthttp.CallbackArgs;
import io.patienthttp.Failure;
import io.patienthttp.HttpFailure;
import io.patienthttp.Method;
import io.patienthttp.Outcome;
import io.patienthttp.RedirectFailure;
import io.patienthttp.Request;
import io.patienthttp.RequestLife;
import io.patienthttp.Response;
import io.patienthttp.StorageException;
import io.patienthttp.internal.wire.OutcomeCodec;
import io.patienthttp.internal.wire.RequestCodec;
import io.patienthttp.internal.wire.RowReader;
import io.patienthttp.internal.wire.UnreadableException;
import io.patienthttp.runtime.RequestExchange.Received;
import io.patienthttp.runtime.RequestExchange.Sent;
import io.patienthttp.spi.RequestStore;
import io.patienthttp.spi.RequestStore.StoredOutcome;
import io.patienthttp.spi.RequestStore.StoredRequest;
import io.patienthttp.spi.RequestStore.Value;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads what a request sends and what came back, for people. Opens what is sealed or in a payload store if told so. */
final class ExchangeReader {

    /** What is shown of a row is in memory several times while it is read. */
    static final long LARGEST = 4 * 1024 * 1024;

    private final RequestStore store;
    private final RowReader reader;
    private final Masking masking;
    private final OutcomeCodec outcomes = new OutcomeCodec();
    private final RequestCodec codec = new RequestCodec();

    ExchangeReader(RequestStore store, RowReader reader, Masking masking) {
        this.store = store;
        this.reader = reader;
        this.masking = masking;
    }

    RequestExchange read(RequestLife life, boolean opened) {
        if (life.sizes().total() > LARGEST) {
            return nothing("Its row holds " + life.sizes().total() + " bytes, and at most " + LARGEST + " are shown.");
        }
        var id = UUID.fromString(life.id());
        return store.request(id)
                .map(stored -> new Reading(id, opened)
                        .of(
                                stored,
                                Optional.ofNullable(store.outcomes(List.of(id)).get(id))))
                .orElseGet(() -> nothing("It is gone meanwhile."));
    }

    private static RequestExchange nothing(String why) {
        return new RequestExchange(null, null, null, List.of(why));
    }

    /** One reading, with what it could not show. */
    private final class Reading {

        private final UUID id;
        private final boolean opened;
        private final List<String> notShown = new ArrayList<>();

        Reading(UUID id, boolean opened) {
            this.id = id;
            this.opened = opened;
        }

        RequestExchange of(StoredRequest stored, Optional<StoredOutcome> row) {
            var request = request(stored);
            var value = row.map(StoredOutcome::outcome);
            var outcome = value.isEmpty() ? null : outcome(row.get(), value.get(), request);
            var args = request == null || !opened || request.callbackArgs().isEmpty()
                    ? null
                    : codec.write(request.callbackArgs());
            return new RequestExchange(
                    request == null ? null : sent(request), outcome == null ? null : received(outcome), args, notShown);
        }

        private @Nullable Request request(StoredRequest stored) {
            if (!opened && !reader.isAtHand(stored)) {
                notShown.add("The request is sealed, or in a payload store.");
                return null;
            }
            return attempt("request", () -> reader.request(id, stored));
        }

        private @Nullable Outcome outcome(StoredOutcome row, Value value, @Nullable Request request) {
            if (!opened && !reader.isAtHand(value)) {
                notShown.add("The outcome is sealed, or in a payload store.");
                return null;
            }
            var target = request == null
                    ? new OutcomeCodec.Target(Method.parse(row.method()), URI.create("//" + row.host()))
                    : new OutcomeCodec.Target(request.method(), request.url());
            return attempt("outcome", () -> {
                RowReader.requireKnown(row.format());
                return outcomes.read(
                        reader.outcome(id, value),
                        new OutcomeCodec.Row(id.toString(), row.attempt(), CallbackArgs.empty(), () -> target));
            });
        }

        /** What cannot be read is said instead; an exception of the codec may hold what it read. */
        private <T> @Nullable T attempt(String what, Read<T> read) {
            try {
                return read.run();
            } catch (UnreadableException | StorageException e) {
                notShown.add("The " + what + " cannot be read: " + e.getMessage());
            } catch (RuntimeException e) {
                notShown.add("The " + what + " is damaged.");
            }
            return null;
        }

        private Sent sent(Request request) {
            var body = request.body();
            return new Sent(
                    request.method().name(),
                    Masking.url(request),
                    masking.headers(request),
                    request.preprocessors(),
                    body.map(bytes -> bytes.length).orElse(0),
                    opened ? body.map(Masking::body).orElse(null) : null);
        }

        private Received received(Outcome outcome) {
            var response = responseOf(outcome);
            var failure = outcome instanceof Failure failed ? failed : null;
            return new Received(
                    response == null ? null : response.status(),
                    failure == null ? null : failure.kind(),
                    failure == null ? null : failure.message(),
                    failure == null || failure.maybeProcessed(),
                    outcome.duration(),
                    outcome.queueDuration(),
                    response == null ? List.of() : masking.headers(response.headers()),
                    response == null
                            ? List.of()
                            : response.redirects().stream().map(Masking::url).toList(),
                    response == null ? 0 : response.bodySize(),
                    response == null || !opened || response.bodySize() == 0
                            ? null
                            : Masking.body(response.bodyAsBytes()));
        }
    }

    private static @Nullable Response responseOf(Outcome outcome) {
        if (outcome instanceof Response response) {
            return response;
        }
        if (outcome instanceof HttpFailure failure) {
            return failure.response();
        }
        return outcome instanceof RedirectFailure failure ? failure.response() : null;
    }

    /** Reads one value. */
    @FunctionalInterface
    private interface Read<T> {

        T run() throws UnreadableException;
    }
}
