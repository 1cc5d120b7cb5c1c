package io.patienthttp.dashboard;

import io.patienthttp.Callback;
import io.patienthttp.Failure;
import io.patienthttp.Headers;
import io.patienthttp.Method;
import io.patienthttp.OutcomeDetails;
import io.patienthttp.PatientHttpClient;
import io.patienthttp.Response;
import io.patienthttp.Secret;
import io.patienthttp.internal.wire.OutcomeCodec;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;

/** An application with the dashboard, on a free port of loopback and a database in memory; it sends nothing. */
final class Ops implements AutoCloseable {

    /** What must be seen nowhere, or only as a body. */
    static final String SECRET = "canary-secret";

    static final String QUERY = "canary-query";
    static final String HEADER = "canary-header";
    static final String BODY = "canary-body";

    static final String ROLES = "--patient-http.dashboard.operator-role=OPERATOR";

    private static final AtomicInteger DATABASES = new AtomicInteger();

    private final ConfigurableApplicationContext context;

    private Ops(ConfigurableApplicationContext context) {
        this.context = context;
    }

    /** Starts it with Spring Security, or without. */
    static Ops start(Class<?> application, String... properties) {
        var all = new ArrayList<>(List.of(
                "--server.port=0",
                "--server.address=127.0.0.1",
                "--spring.datasource.url=jdbc:h2:mem:ops" + DATABASES.incrementAndGet(),
                "--spring.main.banner-mode=off",
                "--logging.level.root=WARN",
                "--patient-http.processor.enabled=false",
                "--patient-http.allow-literal-credentials=true",
                "--patient-http.secrets.canary=" + SECRET,
                "--patient-http.dashboard.enabled=true"));
        all.addAll(List.of(properties));
        return new Ops(new SpringApplicationBuilder(application).run(all.toArray(String[]::new)));
    }

    URI root() {
        var port = ((WebServerApplicationContext) context).getWebServer().getPort();
        return URI.create("http://127.0.0.1:" + port);
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    JdbcTemplate jdbc() {
        return context.getBean(JdbcTemplate.class);
    }

    /** A request with canaries everywhere, which nobody sends. */
    String enqueue() {
        return enqueue("https://api.test/v1/things?key=" + QUERY);
    }

    String enqueue(String url) {
        return bean(PatientHttpClient.class)
                .post(url)
                .header("Authorization", Secret.named("canary").prefixed("Bearer "))
                .header("x-api-key", HEADER)
                .header("Referer", "https://api.test/?from=" + QUERY)
                .header("Accept", "application/json")
                .param("signature", Secret.named("canary"))
                .json(Map.of("prompt", BODY))
                .callbackArgs(Map.of("document", BODY))
                .callback(HostileCallback.NAME)
                .enqueue();
    }

    /** The same, answered, and given up by its callback. */
    String enqueueDead() {
        var id = enqueue();
        var details = OutcomeDetails.builder(id, Method.POST, URI.create("https://api.test/v1/things?key=" + QUERY))
                .duration(Duration.ofMillis(1_234))
                .build();
        var answer = Response.builder(details, 502)
                .headers(Headers.of(Map.of(
                        "Set-Cookie", List.of("session=" + HEADER),
                        "Location", List.of("/login?token=" + QUERY + "#" + QUERY),
                        "Server", List.of("nginx"))))
                .redirects(List.of(URI.create("https://user:" + HEADER + "@api.test/moved?key=" + QUERY)))
                .body(BODY.getBytes(StandardCharsets.UTF_8))
                .build();
        jdbc().update(
                        "UPDATE patient_http_requests SET state = 'DEAD', epoch = 1, claimed_at = created_at,"
                                + " completed_at = CURRENT_TIMESTAMP, dead_at = CURRENT_TIMESTAMP, outcome = ?,"
                                + " last_error = ? WHERE id = ?",
                        new OutcomeCodec().write(answer),
                        "java.lang.IllegalStateException: <img src=x onerror=\"document.title='hacked'\">",
                        UUID.fromString(id));
        return id;
    }

    @Override
    public void close() {
        context.close();
    }

    /** A callback whose name is an attack on the page. */
    static final class HostileCallback implements Callback {

        static final String NAME = "<script>document.title='hacked'</script>";

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public void onComplete(Response response) {}

        @Override
        public void onError(Failure failure) {}
    }

    /** Without Spring Security. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration(
            excludeName = {
                "org.springframework.boot.security.autoconfigure.SecurityAutoConfiguration",
                "org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration",
                "org.springframework.boot.security.autoconfigure.web.servlet.SecurityFilterAutoConfiguration",
                "org.springframework.boot.security.autoconfigure.web.servlet.ServletWebSecurityAutoConfiguration"
            })
    static class Open {

        @Bean
        HostileCallback callback() {
            return new HostileCallback();
        }
    }

    /** With it, as Spring Boot configures it, and three users. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Secured {

        @Bean
        HostileCallback callback() {
            return new HostileCallback();
        }

        @Bean
        UserDetailsService users() {
            return new InMemoryUserDetailsManager(
                    user("viewer"), user("operator", "OPERATOR"), user("reader", "READER"));
        }

        private static UserDetails user(String name, String... roles) {
            return User.withUsername(name).password("{noop}pass").roles(roles).build();
        }
    }
}
