package io.patienthttp.spring;

import io.patienthttp.PatientHttpClient;
import io.patienthttp.fixture.Databases;
import io.patienthttp.runtime.PatientHttp;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.stream.Stream;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;

/** An application with a web server on a port of loopback, its actuator and its database. */
final class WebApp implements AutoCloseable {

    /** As if Spring Security were not on the class path. */
    static final String NO_SECURITY = "spring.autoconfigure.exclude="
            + "org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration,"
            + "org.springframework.boot.security.autoconfigure.web.servlet.SecurityFilterAutoConfiguration,"
            + "org.springframework.boot.security.autoconfigure.web.servlet.ServletWebSecurityAutoConfiguration,"
            + "org.springframework.boot.security.autoconfigure.actuate.web.servlet.ManagementWebSecurityAutoConfiguration";

    private final HttpClient client = HttpClient.newHttpClient();
    final ConfigurableApplicationContext context;

    WebApp(Class<?> app, String... properties) {
        String url;
        try (var pool = Databases.h2()) {
            url = pool.getJdbcUrl();
        }
        var all = Stream.concat(
                Stream.of("server.port=0", "server.address=127.0.0.1", "spring.main.banner-mode=off"),
                Stream.of(properties));
        this.context = App.start(app, WebApplicationType.SERVLET, url, all.toArray(String[]::new));
    }

    PatientHttp http() {
        return context.getBean(PatientHttp.class);
    }

    PatientHttpClient client() {
        return context.getBean(PatientHttpClient.class);
    }

    HttpResponse<String> get(String path, String... headers) {
        return send("GET", path, "", headers);
    }

    HttpResponse<String> post(String path, String json, String... headers) {
        var all = Stream.concat(Stream.of("content-type", "application/json"), Stream.of(headers));
        return send("POST", path, json, all.toArray(String[]::new));
    }

    HttpResponse<String> send(String method, String path, String body, String... headers) {
        var uri = URI.create(
                "http://127.0.0.1:" + context.getEnvironment().getRequiredProperty("local.server.port", Integer.class)
                        + "/actuator" + path);
        var request = HttpRequest.newBuilder(uri)
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return client.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new IllegalStateException("could not " + method + " " + uri, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Override
    public void close() {
        context.close();
    }
}
