package io.patienthttp.test;

import io.patienthttp.CallbackArgs;
import io.patienthttp.Method;
import io.patienthttp.Request;
import io.patienthttp.Secret;
import io.patienthttp.runtime.Settings;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request as patterns compare it and messages show it: secrets by their names, because their values are never in it.
 *
 * @param headers lower-case name to value, that of a secret as {@link Secret#toString} shows it
 * @param redirected whether a redirect led to it; preprocessors may then have added to its query, which is not shown
 */
record RequestView(
        Method method,
        URI url,
        Map<String, String> headers,
        Map<String, Secret> secretParams,
        byte @Nullable [] body,
        String callback,
        CallbackArgs callbackArgs,
        boolean redirected) {

    private static final int LONGEST_TEXT = 2_000;

    static RequestView of(Request request, String callback) {
        var headers = new LinkedHashMap<>(request.headers());
        request.secretHeaders().forEach((name, secret) -> headers.put(name, secret.toString()));
        return new RequestView(
                request.method(),
                request.url(),
                headers,
                request.secretParams(),
                request.body().orElse(null),
                callback,
                request.callbackArgs(),
                false);
    }

    /** What a redirect made of it. */
    RequestView redirected(Method method, URI url, byte @Nullable [] body) {
        return new RequestView(method, url, headers, Map.of(), body, callback, callbackArgs, true);
    }

    /** The value of the header as a message may show it. */
    String shown(String header) {
        var value = headers.get(header);
        if (value == null) {
            return "absent";
        }
        return hides(header, value) ? "a literal credential, which is not shown" : "\"" + value + "\"";
    }

    private static boolean hides(String header, String value) {
        return Settings.DEFAULT_SENSITIVE_HEADERS.contains(header) && !value.contains("<secret:");
    }

    static String text(byte @Nullable [] body) {
        return body == null ? "no body" : shortened(new String(body, StandardCharsets.UTF_8));
    }

    static String shortened(String text) {
        return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + "... (" + text.length() + ")";
    }

    /** The URL as a pattern for it may be written. */
    String shownUrl() {
        var whole = url.toString();
        var query = whole.indexOf('?');
        return redirected && query >= 0 ? whole.substring(0, query) : whole;
    }

    /** Method and URL, which is how messages name it. */
    @Override
    public String toString() {
        var line = new StringBuilder(method + " " + shownUrl());
        secretParams.forEach((name, secret) -> line.append(line.indexOf("?") < 0 ? '?' : '&')
                .append(name)
                .append('=')
                .append(secret));
        return line.toString();
    }
}
