package io.patienthttp.internal.http;

import io.patienthttp.Origin;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * URLs by RFC 3986. {@link URI#resolve} follows RFC 2396 and differs for references that are only a query, for bases
 * without a path, and for surplus dot segments (JDK-4708535).
 */
final class UriReference {

    private UriReference() {}

    /**
     * Resolves a reference against an absolute URL (RFC 3986, section 5.2), without its fragment.
     *
     * @return null unless the result is an http or https URL with a host and without user info
     */
    static @Nullable URI resolve(URI base, String reference) {
        try {
            var r = new URI(utf8(reference));
            if (r.isOpaque()) {
                return null;
            }
            if (r.getScheme() != null) {
                return http(r.getScheme(), r.getRawAuthority(), r.getRawPath(), r.getRawQuery());
            }
            if (r.getRawAuthority() != null) {
                return http(base.getScheme(), r.getRawAuthority(), r.getRawPath(), r.getRawQuery());
            }
            var path = r.getRawPath();
            if (path.isEmpty()) {
                var query = r.getRawQuery() == null ? base.getRawQuery() : r.getRawQuery();
                return http(base.getScheme(), base.getRawAuthority(), base.getRawPath(), query);
            }
            var merged = path.startsWith("/") ? path : merge(base, path);
            return http(base.getScheme(), base.getRawAuthority(), merged, r.getRawQuery());
        } catch (URISyntaxException e) {
            return null;
        }
    }

    /** A header field whose bytes are UTF-8, which the client read as ISO 8859-1; what cannot be that stays as it is. */
    private static String utf8(String field) {
        var latin1 = StandardCharsets.ISO_8859_1;
        try {
            return latin1.newEncoder().canEncode(field)
                    ? StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(field.getBytes(latin1)))
                            .toString()
                    : field;
        } catch (CharacterCodingException e) {
            return field;
        }
    }

    /** Whether scheme, host and port are the same (RFC 6454, section 5). */
    static boolean sameOrigin(URI a, URI b) {
        return Origin.of(a).equals(Origin.of(b));
    }

    private static @Nullable URI http(String scheme, @Nullable String authority, String path, @Nullable String query)
            throws URISyntaxException {
        var lower = scheme.toLowerCase(Locale.ROOT);
        if (authority == null || !(lower.equals("http") || lower.equals("https"))) {
            return null;
        }
        var url = new URI(lower + "://" + authority + withoutDots(path) + (query == null ? "" : "?" + query));
        if (url.getHost() == null || url.getRawUserInfo() != null) {
            return null;
        }
        return URI.create(url.toASCIIString()); // what is not ASCII, as percent-encoded UTF-8 (RFC 3987, section 3.1)
    }

    private static String merge(URI base, String path) {
        var basePath = base.getRawPath();
        return basePath.isEmpty() ? "/" + path : basePath.substring(0, basePath.lastIndexOf('/') + 1) + path;
    }

    /** Section 5.2.4. */
    private static String withoutDots(String path) {
        var output = new StringBuilder();
        var input = path;
        while (!input.isEmpty()) {
            if (input.startsWith("/./") || input.equals("/.")) {
                input = "/" + input.substring(Math.min(3, input.length()));
            } else if (input.startsWith("/../") || input.equals("/..")) {
                input = "/" + input.substring(Math.min(4, input.length()));
                output.setLength(Math.max(0, output.lastIndexOf("/")));
            } else {
                var end = input.indexOf('/', 1);
                var segment = end < 0 ? input : input.substring(0, end);
                output.append(segment);
                input = input.substring(segment.length());
            }
        }
        return output.toString();
    }
}
