package io.patienthttp.internal.http;

import io.patienthttp.Origin;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A proxy that speaks HTTP/1.1 (parity 45). {@link #toString} shows no credentials.
 *
 * @param secure whether it is spoken to over TLS
 * @param host its name or address
 * @param port its port
 * @param credentials what it asks for, or null for nothing
 */
public record Proxy(
        boolean secure, String host, int port, @Nullable Credentials credentials) {

    /** For Basic authentication (RFC 7617). */
    record Credentials(String user, String password) {

        @Override
        public String toString() {
            return "Credentials[hidden]";
        }
    }

    /** Of a URL that {@code SettingsBuilder.proxyUrl} accepted. */
    public static Proxy of(URI url) {
        var secure = url.getScheme().toLowerCase(Locale.ROOT).equals("https");
        return new Proxy(secure, url.getHost(), Origin.of(url).port(), credentials(url.getRawUserInfo()));
    }

    private static @Nullable Credentials credentials(@Nullable String userInfo) {
        if (userInfo == null) {
            return null;
        }
        var colon = userInfo.indexOf(':');
        return colon < 0
                ? new Credentials(decode(userInfo), "")
                : new Credentials(decode(userInfo.substring(0, colon)), decode(userInfo.substring(colon + 1)));
    }

    /** Percent-encoding alone: a plus is a plus (RFC 3986, section 2.1). */
    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    String address() {
        return host + ":" + port;
    }
}
