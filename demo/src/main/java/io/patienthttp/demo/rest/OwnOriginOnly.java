package io.patienthttp.demo.rest;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.HandlerInterceptor;

/**
 * Keeps other web sites out of the API. A page of another site can send a form here, but no JSON and not with our origin;
 * a site whose name was re-bound to this machine has its own name in Host.
 */
final class OwnOriginOnly implements HandlerInterceptor {

    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");
    private static final List<String> NAMES = List.of("localhost", "127.0.0.1", "[::1]");
    private static final int DEFAULT_PORT = 80;

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        if (!isOwn("", request.getHeader("Host"), request.getLocalPort())) {
            throw new ResponseStatusException(HttpStatus.FORBIDDEN, "Host must be this machine with its port");
        }
        if (SAFE.contains(request.getMethod())) {
            return true;
        }
        var origin = request.getHeader("Origin");
        if (origin != null && !isOwn("http://", origin, request.getLocalPort())) {
            throw new ResponseStatusException(HttpStatus.FORBIDDEN, "Origin must be this machine with its port");
        }
        if (!isJson(request.getContentType())) {
            throw new ResponseStatusException(
                    HttpStatus.UNSUPPORTED_MEDIA_TYPE, "Content-Type must be application/json");
        }
        return true;
    }

    private static boolean isOwn(String prefix, @Nullable String value, int port) {
        if (value == null) {
            return false;
        }
        var text = value.toLowerCase(Locale.ROOT);
        return NAMES.stream()
                .map(name -> prefix + name)
                .anyMatch(own -> text.equals(own + ":" + port) || (port == DEFAULT_PORT && text.equals(own)));
    }

    private static boolean isJson(@Nullable String contentType) {
        if (contentType == null) {
            return false;
        }
        try {
            return MediaType.APPLICATION_JSON.equalsTypeAndSubtype(MediaType.parseMediaType(contentType));
        } catch (InvalidMediaTypeException e) {
            return false;
        }
    }
}
