package io.patienthttp.dashboard;

import io.patienthttp.runtime.PatientHttp;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What an operator may do to a request, by the last part of its URL. Each is logged with who did it. */
final class Actions {

    private static final Logger log = LoggerFactory.getLogger(Actions.class);

    private static final String NOT_DEAD = "The request is not dead, or not there any more.";

    private static final Map<String, BiFunction<PatientHttp, String, Result>> ACTIONS = Map.of(
            "cancel", Actions::cancel,
            "deliver-again",
                    (http, id) -> done(http.operations().deliverAgain(id), "Its callback runs again.", NOT_DEAD),
            "send-again", (http, id) -> done(http.operations().sendAgain(id), "It is sent again.", NOT_DEAD),
            "delete", (http, id) -> done(http.operations().delete(id), "It is deleted.", NOT_DEAD));

    private final Supplier<PatientHttp> http;

    Actions(Supplier<PatientHttp> http) {
        this.http = http;
    }

    /** Empty if there is no such action. */
    Optional<Result> run(String action, String id, String user) {
        return Optional.ofNullable(ACTIONS.get(action)).map(known -> {
            var result = known.apply(http.get(), id);
            log.info("{} asked to {} request {}: {}", user, action, id, result.message());
            return result;
        });
    }

    private static Result cancel(PatientHttp http, String id) {
        return switch (http.cancel(id)) {
            case CANCELLED -> new Result(true, "It is cancelled; its callback hears of it.");
            case TOO_LATE -> new Result(false, "It is too late: its outcome is recorded.");
            case NOT_FOUND -> new Result(false, "There is no such request: it is delivered, or never was.");
        };
    }

    private static Result done(boolean isDone, String done, String not) {
        return new Result(isDone, isDone ? done : not);
    }

    /** What became of it, in words. */
    record Result(boolean isDone, String message) {}
}
