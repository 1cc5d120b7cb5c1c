package io.patienthttp.internal.http;

import io.patienthttp.Method;
import io.patienthttp.Preprocessor;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A hop that is being prepared: what is set here goes on the wire. Not safe for several threads. */
final class Draft implements Preprocessor.Draft {

    private final String requestId;
    private final Method method;
    private final byte @Nullable [] body;
    private final Map<String, String> headers = new LinkedHashMap<>();
    private URI url;

    Draft(String requestId, Hop hop) {
        this.requestId = requestId;
        this.method = hop.method();
        this.body = hop.body();
        this.url = hop.url();
        this.headers.putAll(hop.headers());
    }

    @Override
    public String requestId() {
        return requestId;
    }

    @Override
    public Method method() {
        return method;
    }

    @Override
    public URI url() {
        return url;
    }

    @Override
    public Map<String, String> headers() {
        return Collections.unmodifiableMap(headers);
    }

    @Override
    public Optional<byte[]> body() {
        return body == null ? Optional.empty() : Optional.of(body.clone());
    }

    @Override
    public void header(String name, String value) {
        headers.put(headerName(name), headerValue(name, value));
    }

    @Override
    public void param(String name, String value) {
        var pair = encode(name) + "=" + encode(value);
        var text = url.toString();
        var fragment = text.indexOf('#');
        var head = fragment < 0 ? text : text.substring(0, fragment);
        url = URI.create(head + (url.getRawQuery() == null ? "?" : "&") + pair);
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** A token of RFC 9110, section 5.6.2, in lower case. */
    private static String headerName(String name) {
        var valid = !name.isEmpty()
                && name.chars()
                        .allMatch(c -> (c >= 'a' && c <= 'z')
                                || (c >= 'A' && c <= 'Z')
                                || (c >= '0' && c <= '9')
                                || "!#$%&'*+-.^_`|~".indexOf(c) >= 0);
        if (!valid) {
            throw new IllegalArgumentException("a header name must be a token");
        }
        return name.toLowerCase(Locale.ROOT);
    }

    /** RFC 9110, section 5.5: these would start another header. Jetty replaces them silently. */
    private static String headerValue(String name, String value) {
        if (value.indexOf('\r') >= 0 || value.indexOf('\n') >= 0 || value.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("the value of header " + name + " must not contain CR, LF or NUL");
        }
        if (value.chars().anyMatch(c -> c > 0xff)) {
            throw new IllegalArgumentException(
                    "the value of header " + name + " must not contain characters beyond ISO-8859-1");
        }
        return value;
    }
}
