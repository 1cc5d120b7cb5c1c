package io.patienthttp.spring;

import io.patienthttp.Backlog;
import io.patienthttp.CancelResult;
import io.patienthttp.LifecycleState;
import io.patienthttp.RequestState;
import io.patienthttp.RequestStatus;
import io.patienthttp.runtime.PatientHttp;
import io.patienthttp.runtime.ProcessStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

/**
 * What an operator may ask and do over the actuator. It tells where requests are, never what is in them: no URL, header,
 * body, argument or secret, and of an error only its class, since its message is the application's.
 */
@Endpoint(id = "patienthttp")
final class PatientHttpEndpoint {

    private static final int NOT_FOUND = WebEndpointResponse.STATUS_NOT_FOUND;
    private static final int CONFLICT = 409; // RFC 9110, section 15.5.10
    private static final String STOPPED = "this process does not run the processor";

    private final PatientHttp http;

    PatientHttpEndpoint(PatientHttp http) {
        this.http = http;
    }

    /** This process, and the whole installation. */
    @ReadOperation
    Summary summary() {
        var vitals = http.vitals();
        var backlog = http.operations().backlog();
        return new Summary(
                http.state(),
                vitals.inFlight(),
                vitals.maxInFlight(),
                backlog.counts(),
                Backlog.MOST,
                backlog.oldestPendingAge().orElse(null),
                http.operations().processes());
    }

    /** Where one request is. */
    @ReadOperation
    WebEndpointResponse<Object> request(@Selector String id) {
        return withId(id, () -> http.find(id)
                .map(found -> new WebEndpointResponse<Object>(Found.of(found)))
                .orElseGet(() -> notFound(id)));
    }

    /** Does something with one request: cancel, deliver-again or send-again. */
    @WriteOperation
    WebEndpointResponse<Object> change(@Selector String id, @Nullable String action) {
        var known = Action.of(action);
        if (known.isEmpty()) {
            return refused("action must be one of " + Action.names() + ", was " + action);
        }
        return withId(id, () -> switch (known.get()) {
            case CANCEL -> cancelled(id, http.cancel(id));
            case DELIVER_AGAIN -> dead(id, known.get(), http.operations().deliverAgain(id));
            case SEND_AGAIN -> dead(id, known.get(), http.operations().sendAgain(id));
        });
    }

    /** Removes a dead request with its outcome. */
    @DeleteOperation
    WebEndpointResponse<Object> delete(@Selector String id) {
        return withId(id, () -> dead(id, null, http.operations().delete(id)));
    }

    /** Has this process claim nothing new, and finish what it holds. */
    @WriteOperation
    WebEndpointResponse<Object> drain(@Nullable String action) {
        if (!"drain".equals(action)) {
            return refused("action must be drain, was " + action);
        }
        if (http.isStopped()) {
            return error(CONFLICT, STOPPED);
        }
        http.drain();
        return new WebEndpointResponse<>(Map.of("state", http.state()));
    }

    private static WebEndpointResponse<Object> withId(String id, Answer answer) {
        return isUuid(id) ? answer.get() : refused("id must be the UUID of a request, was " + id);
    }

    /** UUID itself takes shorter ones, too. */
    private static boolean isUuid(String id) {
        try {
            return UUID.fromString(id).toString().equalsIgnoreCase(id);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static WebEndpointResponse<Object> cancelled(String id, CancelResult result) {
        return switch (result) {
            case CANCELLED -> new WebEndpointResponse<>(Map.of("result", "cancel"));
            case TOO_LATE -> error(CONFLICT, "request " + id + " has its outcome already");
            case NOT_FOUND -> notFound(id);
        };
    }

    private WebEndpointResponse<Object> dead(String id, @Nullable Action action, boolean done) {
        if (done) {
            return new WebEndpointResponse<>(Map.of("result", action == null ? "delete" : action.label()));
        }
        return http.find(id)
                .map(found -> error(CONFLICT, "request " + id + " must be DEAD, was " + found.state()))
                .orElseGet(() -> notFound(id));
    }

    private static WebEndpointResponse<Object> notFound(String id) {
        return error(NOT_FOUND, "there is no request " + id);
    }

    private static WebEndpointResponse<Object> refused(String message) {
        return error(WebEndpointResponse.STATUS_BAD_REQUEST, message);
    }

    private static WebEndpointResponse<Object> error(int status, String message) {
        return new WebEndpointResponse<>(Map.of("error", message), status);
    }

    /** What may be done with a request. */
    private enum Action {
        CANCEL,
        DELIVER_AGAIN,
        SEND_AGAIN;

        String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        static Optional<Action> of(@Nullable String label) {
            return Arrays.stream(values())
                    .filter(action -> action.label().equals(label))
                    .findFirst();
        }

        static List<String> names() {
            return Arrays.stream(values()).map(Action::label).toList();
        }
    }

    /** What is done once the id is found to be one. */
    private interface Answer {

        WebEndpointResponse<Object> get();
    }

    /** This process; then the whole installation, each count up to {@code countsUpTo}, which means as many or more. */
    record Summary(
            LifecycleState state,
            int inFlight,
            int maxInFlight,
            Map<RequestState, Integer> counts,
            int countsUpTo,
            @Nullable Duration oldestPendingAge,
            List<ProcessStatus> processes) {}

    /** Where a request is. */
    record Found(
            String id,
            RequestState state,
            int attempt,
            int recoveries,
            boolean cancelRequested,
            String callback,
            Instant createdAt,
            @Nullable String error) {

        static Found of(RequestStatus status) {
            return new Found(
                    status.id(),
                    status.state(),
                    status.attempt(),
                    status.recoveries(),
                    status.cancelRequested(),
                    status.callback(),
                    status.createdAt(),
                    status.lastError().map(Found::withoutMessage).orElse(null));
        }

        /** The class of what was thrown, or what we say ourselves: neither has a colon. */
        private static String withoutMessage(String error) {
            int colon = error.indexOf(':');
            return colon < 0 ? error : error.substring(0, colon);
        }
    }
}
