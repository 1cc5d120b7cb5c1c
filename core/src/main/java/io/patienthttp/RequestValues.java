package io.patienthttp;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Request} consists of: collected by its builder, then {@link #frozen} and never changed again. {@link
 * Request} says what each value means.
 */
final class RequestValues implements Cloneable {

    final Method method;
    URI url;
    Map<String, String> headers = new LinkedHashMap<>();
    Map<String, Secret> secretHeaders = new LinkedHashMap<>();
    Map<String, String> params = new LinkedHashMap<>();
    Map<String, Secret> secretParams = new LinkedHashMap<>();
    byte @Nullable [] body;

    @Nullable
    String callback;

    CallbackArgs callbackArgs = CallbackArgs.empty();

    @Nullable
    Duration timeout;

    @Nullable
    Duration firstByteTimeout;

    @Nullable
    Duration idleTimeout;

    Progress progress = Progress.BYTE;

    @Nullable
    EgressPolicy egress;

    @Nullable
    Integer maxRedirects;

    @Nullable
    Boolean failOnErrorStatus;

    boolean propagateTrace;

    List<String> preprocessors = List.of();
    int priority = Request.DEFAULT_PRIORITY;
    Duration delay = Duration.ZERO;

    @Nullable
    Duration expiresAfter;

    @Nullable
    String concurrencyKey;

    RequestValues(Method method, URI url) {
        this.method = method;
        this.url = url;
    }

    void header(String name, String value) {
        var key = Checks.headerName(name);
        secretHeaders.remove(key);
        headers.put(key, Checks.headerValue("header " + key, value));
    }

    void header(String name, Secret value) {
        var key = Checks.headerName(name);
        headers.remove(key);
        secretHeaders.put(key, value);
    }

    /** The header of that lower-case name, if the user sets none. */
    void headerUnlessSet(String name, String value) {
        if (!headers.containsKey(name) && !secretHeaders.containsKey(name)) {
            headers.put(name, value);
        }
    }

    void param(String name, String value) {
        checkParam(name);
        secretParams.remove(name);
        params.put(name, Checks.unicode("parameter " + name, value));
    }

    void param(String name, Secret value) {
        checkParam(name);
        params.remove(name);
        secretParams.put(name, value);
    }

    private static void checkParam(String name) {
        Checks.unicode("parameter name", Checks.notBlank("parameter name", name));
    }

    void body(byte[] bytes) {
        if (bytes.length == 0) {
            return;
        }
        if (!method.allowsBody()) {
            throw new IllegalArgumentException("body is not allowed for " + method);
        }
        if (body != null) {
            throw new IllegalArgumentException("body is set already: use one of body and json, once");
        }
        body = bytes.clone();
    }

    /** A copy that shares nothing that changes, with the literal parameters in its URL. */
    RequestValues frozen() {
        if (expiresAfter != null && expiresAfter.compareTo(delay) <= 0) {
            throw new IllegalArgumentException(
                    "expiresAfter must be longer than delay, was " + expiresAfter + ", delay " + delay);
        }
        RequestValues copy;
        try {
            copy = (RequestValues) clone();
        } catch (CloneNotSupportedException e) {
            throw new AssertionError(e);
        }
        copy.url = urlWithParams();
        copy.params = Map.of();
        copy.headers = immutable(headers);
        copy.secretHeaders = immutable(secretHeaders);
        copy.secretParams = immutable(secretParams);
        return copy;
    }

    private static <T> Map<String, T> immutable(Map<String, T> map) {
        return Collections.unmodifiableMap(new LinkedHashMap<>(map));
    }

    private URI urlWithParams() {
        if (params.isEmpty()) {
            return url;
        }
        var pairs = new ArrayList<String>();
        params.forEach((name, value) -> pairs.add(encode(name) + "=" + encode(value)));
        var text = url.toString();
        var fragment = text.indexOf('#');
        var head = fragment < 0 ? text : text.substring(0, fragment);
        return URI.create(head + (url.getRawQuery() == null ? "?" : "&") + String.join("&", pairs));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
