package io.patienthttp.dashboard;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.security.web.csrf.CsrfToken;

/**
 * Keeps other sites from acting through a user's browser. An action must come from this origin, by {@code Sec-Fetch-Site}
 * or else by {@code Origin}, and repeat in a header what a cookie of this path holds, which another site cannot read; one
 * beside this one might set it, but is of another origin all the same. Neither needs a session, so any node may answer.
 * Where Spring Security protects against forgery, too, the page sends its token as well; but an application may have
 * switched that off.
 */
final class Forgery {

    static final String HEADER = "X-Patient-Http-Token";
    static final String COOKIE = "patient-http-dashboard";

    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_-]{43}");
    private static final String SPRING = "org.springframework.security.web.csrf.CsrfToken";
    private static final SecureRandom RANDOM = new SecureRandom();

    private Forgery() {}

    /** The headers that an action must have, by their names; sets the cookie. */
    static Map<String, String> headers(HttpServletRequest request, HttpServletResponse response) {
        var headers = new LinkedHashMap<String, String>();
        headers.put(HEADER, token(request).orElseGet(() -> issue(request, response)));
        if (request.getAttribute(SPRING) != null) {
            Spring.addTo(headers, request);
        }
        return headers;
    }

    /** Why the request may not act; empty if it may. */
    static Optional<String> refuse(HttpServletRequest request) {
        if (!isSameOrigin(request)) {
            return Optional.of(
                    "The request does not come from this page: Sec-Fetch-Site or Origin is of another site.");
        }
        var sent = request.getHeader(HEADER);
        var kept = token(request);
        return sent != null && kept.isPresent() && isEqual(sent, kept.get())
                ? Optional.empty()
                : Optional.of("The request lacks the token of this page: load it again.");
    }

    /** Browsers send Sec-Fetch-Site where the connection can be trusted (W3C Fetch Metadata), and Origin with each POST. */
    private static boolean isSameOrigin(HttpServletRequest request) {
        var site = request.getHeader("Sec-Fetch-Site");
        if (site != null) {
            return site.equals("same-origin");
        }
        var host = request.getHeader("Host");
        return host != null && host.equalsIgnoreCase(authority(request.getHeader("Origin")));
    }

    private static @Nullable String authority(@Nullable String origin) {
        try {
            return origin == null ? null : URI.create(origin).getRawAuthority();
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static boolean isEqual(String a, String b) {
        return MessageDigest.isEqual(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
    }

    private static Optional<String> token(HttpServletRequest request) {
        var cookies = request.getCookies();
        return cookies == null
                ? Optional.empty()
                : Stream.of(cookies)
                        .filter(cookie -> cookie.getName().equals(COOKIE))
                        .map(Cookie::getValue)
                        .filter(value -> TOKEN.matcher(value).matches())
                        .findFirst();
    }

    private static String issue(HttpServletRequest request, HttpServletResponse response) {
        var bytes = new byte[32];
        RANDOM.nextBytes(bytes);
        var token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        var cookie = new Cookie(COOKIE, token);
        cookie.setPath(request.getContextPath() + request.getServletPath());
        cookie.setHttpOnly(true);
        cookie.setSecure(request.isSecure());
        cookie.setAttribute("SameSite", "Strict");
        response.addCookie(cookie);
        return token;
    }

    /** Loaded only where Spring Security is. */
    private static final class Spring {

        private Spring() {}

        static void addTo(Map<String, String> headers, HttpServletRequest request) {
            if (request.getAttribute(SPRING) instanceof CsrfToken token) {
                headers.put(token.getHeaderName(), token.getToken());
            }
        }
    }
}
