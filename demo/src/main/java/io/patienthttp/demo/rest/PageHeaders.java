package io.patienthttp.demo.rest;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.web.servlet.HandlerInterceptor;

/** Tells browsers to load nothing from elsewhere, and to show the page in no frame of another site. */
final class PageHeaders implements HandlerInterceptor {

    private static final String POLICY = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'";

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        response.setHeader("Content-Security-Policy", POLICY);
        response.setHeader("X-Content-Type-Options", "nosniff");
        return true;
    }
}
