package io.patienthttp;

import java.net.URI;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * What the requests to one API have in common: base URL, headers, parameters, timeout, callback. A request that is made
 * from it starts with these and may replace each of them; nothing flows back (parity 13). Immutable and safe for all
 * threads.
 */
public final class RequestTemplate {

    private final URI baseUrl;
    private final PatientHttpClient client;
    private final Consumer<Request.Builder> defaults;

    private RequestTemplate(Builder builder) {
        this.baseUrl = builder.baseUrl;
        this.client = builder.client;
        this.defaults = builder.defaults;
    }

    static Builder builder(String baseUrl, PatientHttpClient client) {
        return new Builder(withTrailingSlash(Checks.url("baseUrl", baseUrl)), client);
    }

    private static URI withTrailingSlash(URI url) {
        if (url.getRawQuery() != null || url.getRawFragment() != null) {
            throw new IllegalArgumentException(
                    "baseUrl must have no query and no fragment, was \"" + Checks.withoutSecrets(url) + "\"");
        }
        return url.getRawPath().endsWith("/") ? url : URI.create(url + "/");
    }

    /** Starts a GET request. */
    public Request.Builder get(String path) {
        return request(Method.GET, path);
    }

    /** Starts a HEAD request. */
    public Request.Builder head(String path) {
        return request(Method.HEAD, path);
    }

    /** Starts a POST request. */
    public Request.Builder post(String path) {
        return request(Method.POST, path);
    }

    /** Starts a PUT request. */
    public Request.Builder put(String path) {
        return request(Method.PUT, path);
    }

    /** Starts a PATCH request. */
    public Request.Builder patch(String path) {
        return request(Method.PATCH, path);
    }

    /** Starts a DELETE request. */
    public Request.Builder delete(String path) {
        return request(Method.DELETE, path);
    }

    /** Starts an OPTIONS request. */
    public Request.Builder options(String path) {
        return request(Method.OPTIONS, path);
    }

    /**
     * Starts a request to the path, resolved against the base URL (RFC 3986, section 5), whose path counts as ending in
     * a slash.
     *
     * @throws IllegalArgumentException if the result has another origin than the base URL: the template's credentials
     *     are meant for that origin only
     */
    public Request.Builder request(Method method, String path) {
        URI resolved;
        try {
            resolved = baseUrl.resolve(path);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("path must be a valid path of a URL", e);
        }
        var url = Checks.url("path", resolved.toString());
        if (!Origin.of(url).equals(Origin.of(baseUrl))) {
            throw new IllegalArgumentException(
                    "path must stay on " + Origin.of(baseUrl) + ", was \"" + Checks.withoutSecrets(url) + "\"");
        }
        var request = Request.builder(method, url, client);
        defaults.accept(request);
        return request;
    }

    /** Builds a {@link RequestTemplate}. Not safe for several threads. */
    public static final class Builder {

        private final URI baseUrl;
        private final PatientHttpClient client;
        private Consumer<Request.Builder> defaults = request -> {};

        private Builder(URI baseUrl, PatientHttpClient client) {
            this.baseUrl = baseUrl;
            this.client = client;
        }

        /** Sets a header of all requests. */
        public Builder header(String name, String value) {
            return with(request -> request.header(name, value));
        }

        /** Sets a header of all requests whose value is looked up when each is sent. */
        public Builder header(String name, Secret value) {
            return with(request -> request.header(name, value));
        }

        /** Appends a query parameter to all requests. */
        public Builder param(String name, String value) {
            return with(request -> request.param(name, value));
        }

        /** Appends a query parameter to all requests whose value is looked up when each is sent. */
        public Builder param(String name, Secret value) {
            return with(request -> request.param(name, value));
        }

        /** Sets who gets the outcomes. */
        public Builder callback(Class<? extends Callback> callback) {
            return with(request -> request.callback(callback));
        }

        /** Sets who gets the outcomes, by the name of the callback. */
        public Builder callback(String name) {
            return with(request -> request.callback(name));
        }

        /** Sets the longest time of one hop; see {@link Request.Builder#timeout}. */
        public Builder timeout(Duration timeout) {
            return with(request -> request.timeout(timeout));
        }

        /** Sets how many redirects are followed. */
        public Builder maxRedirects(int maxRedirects) {
            return with(request -> request.maxRedirects(maxRedirects));
        }

        /** Sets whether a status outside 200 to 299 is a failure. */
        public Builder failOnErrorStatus(boolean failOnErrorStatus) {
            return with(request -> request.failOnErrorStatus(failOnErrorStatus));
        }

        /** Has the server told of the trace that each request belongs to; see {@link Request.Builder#propagateTrace}. */
        public Builder propagateTrace() {
            return with(Request.Builder::propagateTrace);
        }

        /** Sets the names of the preprocessors; those of a request replace them. */
        public Builder preprocessors(String... names) {
            return with(request -> request.preprocessors(names));
        }

        /** Sets the priority. */
        public Builder priority(int priority) {
            return with(request -> request.priority(priority));
        }

        /** Sets how long after enqueue a request is not sent any more; see {@link Request.Builder#expiresAfter}. */
        public Builder expiresAfter(Duration expiresAfter) {
            return with(request -> request.expiresAfter(expiresAfter));
        }

        /** Sets what limits of concurrency are counted by. */
        public Builder concurrencyKey(String key) {
            return with(request -> request.concurrencyKey(key));
        }

        /** Returns the template. */
        public RequestTemplate build() {
            return new RequestTemplate(this);
        }

        private Builder with(Consumer<Request.Builder> setting) {
            setting.accept(Request.builder(Method.POST, baseUrl, client)); // a bad value fails here, not at first use
            defaults = defaults.andThen(setting);
            return this;
        }
    }
}
