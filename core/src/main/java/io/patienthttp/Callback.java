package io.patienthttp;

/**
 * What the application does with the outcome of a request. An instance is registered (a bean in Spring) and stored under
 * its {@link #name()}; nothing is ever instantiated from stored data.
 *
 * <p>It runs as a job of the application's job engine, on many threads at once. It runs at least once for each request,
 * and takes effect exactly once where delivery is transactional and its effects are in the same database. If it throws,
 * the job runs again with exponential backoff; the HTTP request is not sent again. After the last run the request is
 * DEAD: see {@link Listener#onDead}.
 *
 * <p>While it runs, the id of the request is in the MDC of SLF4J under {@code requestId}, so that the application's log
 * shows which request a line is about; afterwards the MDC is as it was.
 */
public interface Callback {

    /** Takes the response. By default every status is a response; see {@link Request.Builder#failOnErrorStatus}. */
    void onComplete(Response response) throws Exception;

    /** Takes the reason why there is no usable response. */
    void onError(Failure failure) throws Exception;

    /**
     * The name that requests store. Default: the name of the class. A class that is renamed returns its old name here,
     * as long as requests that stored it may exist.
     */
    default String name() {
        return getClass().getName();
    }

    /**
     * Whether it runs in a transaction together with the removal of its request, where delivery is transactional: see
     * the setting {@code transactional-delivery}. A callback that has no effect in the same database, or that takes long
     * and must not hold a connection, returns false: it then runs at least once, without a transaction. Default: true.
     */
    default boolean transactional() {
        return true;
    }
}
