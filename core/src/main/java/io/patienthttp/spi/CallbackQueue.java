package io.patienthttp.spi;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The application's job engine, as Patient HTTP uses it: it stores callback jobs and runs each through the
 * {@link CallbackRunner}, with retries. Safe for all threads.
 */
public interface CallbackQueue {

    /** Whether {@link #enqueue} and {@link #remove} take part in our JDBC transaction. */
    boolean transactional();

    /**
     * The name under which this process's engine holds jobs, unique to its start, known before it; empty if the
     * application chose one that it did not tell.
     */
    Optional<String> engineName();

    /** Starts the engine, if we brought it up, and gives the jobs to the runner from now on. */
    void start(CallbackRunner runner);

    /**
     * Lets jobs that are due run until there are none, or the timeout, and waits for those that run; then gives no more
     * jobs to the runner, and stops the engine if we brought it up. Jobs that are left run later.
     */
    void stop(Duration timeout);

    /** Stores the jobs. A job that is there already is left as it is. */
    void enqueue(Transaction transaction, Collection<CallbackJob> jobs);

    /** Tells the engine, after a commit, that there are new jobs. */
    void wake();

    /** Removes the jobs of these runs where the run is the current one; returns those it removed. */
    Set<RequestRef> remove(Transaction transaction, Collection<CallbackRun> runs);

    /** Reads what the engine knows of each job; one that it does not know is MISSING. */
    Map<RequestRef, JobState> states(Transaction transaction, Collection<RequestRef> refs);

    /**
     * Frees the jobs that an engine of that name was running when its process died, so that another runs them at once;
     * counts the run as a failure.
     *
     * @return how many
     */
    int free(Transaction transaction, String engineName);

    /** What the engine knows of a job. */
    enum JobState {
        /** It will run, or is running. */
        LIVE,
        /** It was tried as often as the engine allows. */
        GIVEN_UP,
        /** There is no such job. */
        MISSING
    }
}
