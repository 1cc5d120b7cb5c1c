package io.patienthttp.benchmarks;

import io.patienthttp.benchmarks.machine.Options;
import io.patienthttp.benchmarks.report.Svg.Colour;
import java.util.List;
import java.util.stream.Stream;

/**
 * A contender and how it is set.
 *
 * @param name as it is called in results
 * @param threads how many requests it can wait for at once; 0 where none waits on a thread
 * @param options of its JVM
 */
record Spec(String name, Colour colour, int threads, Options options) {

    static final Spec PATIENT = patient("patient-http", Options.of());

    static final Spec PATIENT_TRANSACTIONAL =
            patient("patient-http, transactional", Options.of("transactional", "true"));

    static final Spec DB_SCHEDULER_10 = peer("db-scheduler, 10 threads", "db-scheduler", 10, false);

    static final Spec DB_SCHEDULER_100 = peer("db-scheduler, 100 threads", "db-scheduler", 100, false);

    static final Spec DB_SCHEDULER_VIRTUAL = peer("db-scheduler, 2000 virtual", "db-scheduler", 2000, true);

    static final Spec JOBRUNR_100 = peer("jobrunr, 100 threads", "jobrunr", 100, false);

    static final Spec JOBRUNR_VIRTUAL = peer("jobrunr, 2000 virtual", "jobrunr", 2000, true);

    /** All statements in large batches, and nothing else. */
    static final Spec BY_HAND = byHand("by hand", false);

    /** The same, and the result of each in a commit of its own, as a callback would. */
    static final Spec BY_HAND_WITH_RESULTS = byHand("by hand, with results", true);

    static final Spec BARE_CLIENT = new Spec(
            "bare http client", Colour.LIMIT, 0, Options.of("kind", "bare-client", "pool", 1, "max-in-flight", 256));

    static final List<Spec> PEERS =
            List.of(DB_SCHEDULER_10, DB_SCHEDULER_100, DB_SCHEDULER_VIRTUAL, JOBRUNR_100, JOBRUNR_VIRTUAL);

    /** The defaults of Patient HTTP, and a pool of callback threads and five more, as its README says. */
    private static Spec patient(String name, Options more) {
        return new Spec(
                name,
                Colour.OURS,
                0,
                Options.of("kind", "patient-http", "max-in-flight", 256, "poll-millis", 200)
                        .with(Options.of("callback-threads", 20, "pool", 25))
                        .with(more));
    }

    private static Spec peer(String name, String kind, int threads, boolean virtual) {
        return new Spec(
                name,
                Colour.PEER,
                threads,
                Options.of(
                        "kind", kind, "threads", threads, "virtual", virtual, "pool", 20, "polling", "lock-and-fetch"));
    }

    private static Spec byHand(String name, boolean results) {
        return new Spec(
                name,
                Colour.LIMIT,
                0,
                Options.of("kind", "by-hand", "threads", 3, "callback-threads", 20, "pool", 25, "results", results));
    }

    Spec with(Options more) {
        return new Spec(name, colour, threads, options.with(more));
    }

    String kind() {
        return options.text("kind");
    }

    boolean needsVirtualThreads() {
        return options.is("virtual");
    }

    /** The name in figures: no blanks. */
    String key() {
        return name.replace(", ", "-").replace(' ', '-');
    }

    /** Whether a target compares Patient HTTP with it: then it is measured as often. */
    boolean isCompared() {
        return Stream.of(PATIENT, DB_SCHEDULER_100, DB_SCHEDULER_VIRTUAL, BY_HAND)
                .anyMatch(compared -> compared.name().equals(name));
    }

    /** Counts what is not finished yet. */
    String pending() {
        return switch (kind()) {
            case "patient-http", "by-hand" ->
                "SELECT (SELECT count(*) FROM patient_http_requests) + (SELECT count(*) FROM scheduled_tasks)";
            case "db-scheduler" -> "SELECT count(*) FROM scheduled_tasks";
            case "jobrunr" -> "SELECT count(*) FROM jobrunr_jobs WHERE state <> 'SUCCEEDED'";
            default -> "SELECT 0::bigint";
        };
    }

    /** How many of the wanted requests it gets: the slow get fewer, so that a run takes about half a minute at most. */
    int affordable(int wanted, int delayMillis) {
        int most = kind().equals("jobrunr") ? 2_500 : wanted;
        if (threads > 0 && delayMillis > 0) {
            most = Math.min(most, threads * 20);
        }
        return Math.min(wanted, most);
    }
}
