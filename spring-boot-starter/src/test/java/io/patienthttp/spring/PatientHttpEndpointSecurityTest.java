package io.patienthttp.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;

/** Roles of the application decide who may read and who may act, as docs/operations.md shows it. */
class PatientHttpEndpointSecurityTest {

    private static final String CANCEL = "{\"action\":\"cancel\"}";

    private static WebApp app;

    @BeforeAll
    static void start() {
        app = new WebApp(
                SecuredApp.class,
                "management.endpoints.web.exposure.include=patienthttp",
                "patient-http.processor.enabled=false");
    }

    @AfterAll
    static void stop() {
        app.close();
    }

    @Test
    void whoIsNobodySeesNothing() {
        assertThat(app.get("/patienthttp").statusCode()).isEqualTo(401);
    }

    @Test
    void whoMayReadMayNotAct() {
        assertThat(app.get("/patienthttp", as("viewer")).statusCode()).isEqualTo(200);
        assertThat(app.post("/patienthttp/" + UUID.randomUUID(), CANCEL, as("viewer"))
                        .statusCode())
                .isEqualTo(403);
        assertThat(app.send("DELETE", "/patienthttp/" + UUID.randomUUID(), "", as("viewer"))
                        .statusCode())
                .isEqualTo(403);
    }

    @Test
    void anOperatorMayAct() {
        assertThat(app.post("/patienthttp/" + UUID.randomUUID(), CANCEL, as("operator"))
                        .statusCode())
                .isEqualTo(404);
    }

    private static String[] as(String user) {
        var credentials = Base64.getEncoder().encodeToString((user + ":pw").getBytes(StandardCharsets.UTF_8));
        return new String[] {"authorization", "Basic " + credentials};
    }

    /** Two users; credentials come with each request and never in a cookie, so that there is nothing to forge. */
    @Configuration(proxyBeanMethods = false)
    static class SecuredApp extends App {

        @Bean
        SecurityFilterChain actuator(HttpSecurity http) {
            return http.securityMatcher("/actuator/**")
                    .authorizeHttpRequests(
                            requests -> requests.requestMatchers(HttpMethod.GET, "/actuator/patienthttp/**")
                                    .hasAnyRole("VIEWER", "OPERATOR")
                                    .requestMatchers("/actuator/patienthttp/**")
                                    .hasRole("OPERATOR")
                                    .anyRequest()
                                    .denyAll())
                    .httpBasic(Customizer.withDefaults())
                    .csrf(csrf -> csrf.disable())
                    .build();
        }

        @Bean
        UserDetailsService users() {
            return new InMemoryUserDetailsManager(
                    User.withUsername("viewer")
                            .password("{noop}pw")
                            .roles("VIEWER")
                            .build(),
                    User.withUsername("operator")
                            .password("{noop}pw")
                            .roles("OPERATOR")
                            .build());
        }
    }
}
