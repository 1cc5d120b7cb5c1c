package io.patienthttp.runtime;

import io.patienthttp.Headers;
import io.patienthttp.Request;
import io.patienthttp.runtime.RequestExchange.Body;
import io.patienthttp.runtime.RequestExchange.Header;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What of an exchange is shown. */
final class Masking {

    private static final String HIDDEN = "<hidden>";
    private static final String QUERY_HIDDEN = "?<hidden>";

    /** From where a query or a fragment begins, in a URL or any value that may hold one, such as Location. */
    private static final Pattern QUERY = Pattern.compile("[?#]\\S*");

    private final Set<String> sensitiveHeaders;

    /** Hides these headers, whose names are in lower case, and cookies that a server sets. */
    Masking(Set<String> sensitiveHeaders) {
        this.sensitiveHeaders = new HashSet<>(sensitiveHeaders);
        this.sensitiveHeaders.addAll(Set.of("set-cookie", "set-cookie2"));
    }

    List<Header> headers(Request request) {
        return Stream.concat(
                        request.headers().entrySet().stream().map(header -> header(header.getKey(), header.getValue())),
                        request.secretHeaders().entrySet().stream()
                                .map(header -> new Header(
                                        header.getKey(),
                                        "<secret:" + header.getValue().name() + ">")))
                .toList();
    }

    List<Header> headers(Headers headers) {
        return headers.toMap().entrySet().stream()
                .flatMap(header -> header.getValue().stream().map(value -> header(header.getKey(), value)))
                .toList();
    }

    private Header header(String name, String value) {
        return new Header(
                name,
                sensitiveHeaders.contains(name) ? HIDDEN : QUERY.matcher(value).replaceAll(QUERY_HIDDEN));
    }

    static String url(Request request) {
        return request.secretParams().isEmpty() || request.url().getRawQuery() != null
                ? url(request.url())
                : url(request.url()) + QUERY_HIDDEN;
    }

    /** Also without user and password. */
    static String url(URI url) {
        var text = url.toString();
        if (url.getRawUserInfo() != null) {
            text = text.replace(url.getRawUserInfo() + "@", "");
        }
        return QUERY.matcher(text).replaceAll(QUERY_HIDDEN);
    }

    static Body body(byte[] bytes) {
        try {
            var text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            var isCut = text.length() > RequestExchange.BODY_LENGTH;
            return new Body(isCut ? text.substring(0, RequestExchange.BODY_LENGTH) : text, isCut);
        } catch (CharacterCodingException e) {
            return new Body(null, false);
        }
    }
}
