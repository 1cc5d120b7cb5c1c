package io.patienthttp.demo.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.web.server.ResponseStatusException;

class OwnOriginOnlyTest {

    private final MockHttpServletRequest request = new MockHttpServletRequest("POST", "/api/requests");

    OwnOriginOnlyTest() {
        request.setLocalPort(8080);
        request.addHeader("Host", "localhost:8080");
        request.setContentType("application/json");
    }

    private boolean isAllowed() {
        return new OwnOriginOnly().preHandle(request, new MockHttpServletResponse(), this);
    }

    private void assertRefused(int status) {
        assertThatExceptionOfType(ResponseStatusException.class)
                .isThrownBy(this::isAllowed)
                .satisfies(e -> assertThat(e.getStatusCode().value()).isEqualTo(status));
    }

    @Test
    void jsonWithoutOriginIsAllowed() {
        assertThat(isAllowed()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://localhost:8080", "http://127.0.0.1:8080", "http://[::1]:8080"})
    void ownOriginIsAllowed(String origin) {
        request.addHeader("Origin", origin);

        assertThat(isAllowed()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "http://evil.example",
                "http://localhost:8081",
                "http://localhost",
                "https://localhost:8080",
                "http://localhost:8080.evil.example"
            })
    void otherOriginIsForbidden(String origin) {
        request.addHeader("Origin", origin);

        assertRefused(403);
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.example", "evil.example:8080", "localhost:8081", "localhost", ""})
    void otherHostIsForbidden(String host) {
        request.removeHeader("Host");
        request.addHeader("Host", host);

        assertRefused(403);
    }

    @Test
    void otherHostMayNotReadEither() {
        request.setMethod("GET");
        request.removeHeader("Host");
        request.addHeader("Host", "evil.example:8080");

        assertRefused(403);
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/x-www-form-urlencoded", "application/jsonp", "nonsense"})
    void otherContentTypeIsUnsupported(String contentType) {
        request.setContentType(contentType);

        assertRefused(415);
    }

    @Test
    void missingContentTypeIsUnsupported() {
        request.setContentType(null);

        assertRefused(415);
    }

    @Test
    void contentTypeMayNameItsCharset() {
        request.setContentType("application/json; charset=UTF-8");

        assertThat(isAllowed()).isTrue();
    }

    @Test
    void readingNeedsNoContentType() {
        request.setMethod("GET");
        request.setContentType(null);

        assertThat(isAllowed()).isTrue();
    }
}
