package io.patienthttp.internal.http;

import io.patienthttp.Method;
import io.patienthttp.Request;
import io.patienthttp.Secret;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One request to one URL, before secrets are looked up: the request itself, or what a redirect made of it.
 *
 * @param url the URL as outcomes show it, without secret parameters
 * @param trace header fields that continue a trace
 */
record Hop(
        Method method,
        URI url,
        Map<String, String> headers,
        Map<String, Secret> secretHeaders,
        Map<String, Secret> secretParams,
        Map<String, String> trace,
        List<String> preprocessors,
        byte @Nullable [] body) {

    static Hop of(Request request, Map<String, String> trace) {
        return new Hop(
                request.method(),
                request.url(),
                request.headers(),
                request.secretHeaders(),
                request.secretParams(),
                trace,
                request.preprocessors(),
                request.body().orElse(null));
    }

    /**
     * What a redirect with this status to this URL asks for (parity 55, 57, 58). 301, 302 and 303 make it a GET without
     * body, but leave a HEAD a HEAD; secret parameters are never added again. Another origin gets neither secrets nor
     * sensitive headers nor the trace nor what preprocessors would add.
     */
    Hop redirected(int status, URI target, Set<String> sensitiveHeaders) {
        var plain = new LinkedHashMap<>(headers);
        var secret = new LinkedHashMap<>(secretHeaders);
        var rewritten = status != 307 && status != 308;
        if (rewritten) {
            plain.keySet().removeIf(name -> name.startsWith("content-"));
            secret.keySet().removeIf(name -> name.startsWith("content-"));
        }
        var sameOrigin = UriReference.sameOrigin(url, target);
        if (!sameOrigin) {
            plain.keySet().removeAll(sensitiveHeaders);
            plain.remove("host"); // it names the origin that we leave
            secret.clear();
        }
        return new Hop(
                rewritten && method != Method.HEAD ? Method.GET : method,
                target,
                plain,
                secret,
                Map.of(),
                sameOrigin ? trace : Map.of(),
                sameOrigin ? preprocessors : List.of(),
                rewritten ? null : body);
    }
}
