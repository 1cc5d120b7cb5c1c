package io.patienthttp;

import java.sql.Connection;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * What an application injects to send slow HTTP requests. It only writes to the database; a processor, in this process
 * or another, sends them. Safe for all threads.
 */
public interface PatientHttpClient {

    /** Starts a GET request. */
    default Request.Builder get(String url) {
        return request(Method.GET, url);
    }

    /** Starts a HEAD request. */
    default Request.Builder head(String url) {
        return request(Method.HEAD, url);
    }

    /** Starts a POST request. */
    default Request.Builder post(String url) {
        return request(Method.POST, url);
    }

    /** Starts a PUT request. */
    default Request.Builder put(String url) {
        return request(Method.PUT, url);
    }

    /** Starts a PATCH request. */
    default Request.Builder patch(String url) {
        return request(Method.PATCH, url);
    }

    /** Starts a DELETE request. */
    default Request.Builder delete(String url) {
        return request(Method.DELETE, url);
    }

    /** Starts an OPTIONS request. */
    default Request.Builder options(String url) {
        return request(Method.OPTIONS, url);
    }

    /**
     * Starts a request.
     *
     * @param url absolute, http or https, without user info
     */
    default Request.Builder request(Method method, String url) {
        return Request.builder(method, Checks.url("url", url), this);
    }

    /** Starts a template for the API at the base URL, which has no query; its path counts as ending in a slash. */
    default RequestTemplate.Builder template(String baseUrl) {
        return RequestTemplate.builder(baseUrl, this);
    }

    /**
     * Stores the request. It joins the transaction of the calling thread if the client can see it (Spring); otherwise it
     * commits on its own. After the commit the request is sent at least once and its callback runs.
     *
     * @return its id, a UUID
     * @throws IllegalArgumentException if the callback is missing or unknown, or a credential is literal
     * @throws StorageException if the database refuses it
     */
    default String enqueue(Request request) {
        return enqueueAll(List.of(request)).get(0);
    }

    /**
     * Stores the request in the transaction of the connection, which the caller commits or rolls back. The processor
     * finds it at its next poll after the commit.
     */
    default String enqueue(Connection connection, Request request) {
        return enqueueAll(connection, List.of(request)).get(0);
    }

    /** Stores all requests or none, in one batch; otherwise like {@link #enqueue(Request)}. */
    List<String> enqueueAll(Collection<Request> requests);

    /** Stores all requests or none, in one batch; otherwise like {@link #enqueue(Connection, Request)}. */
    List<String> enqueueAll(Connection connection, Collection<Request> requests);

    /**
     * Asks for the request to be given up, in a transaction of its own. A pending one is not sent; one in flight is
     * aborted within a second. Its callback runs with a {@link RejectedFailure} of kind CANCELLED, whose {@link
     * RejectedFailure#maybeProcessed} is false only if no process had taken the request yet.
     *
     * @throws IllegalArgumentException if the id is not a UUID
     */
    CancelResult cancel(String id);

    /**
     * Reads where the request is; empty once its callback is done, or if it never was.
     *
     * @throws IllegalArgumentException if the id is not a UUID
     */
    Optional<RequestStatus> find(String id);
}
