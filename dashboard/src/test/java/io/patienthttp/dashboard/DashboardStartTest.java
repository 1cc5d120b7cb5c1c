package io.patienthttp.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.http.HttpServletRequest;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** Whether it starts at all. */
class DashboardStartTest {

    @Test
    void itRefusesToBeOpenToTheWorld() {
        assertThatThrownBy(() -> Ops.start(Ops.Open.class).close()).satisfies(failure -> {
            var analysis = new OpenDashboardAnalyzer().analyze(failure);
            assertThat(analysis.getDescription()).contains("no Spring Security filter chain");
            assertThat(analysis.getAction())
                    .contains("spring-boot-starter-security")
                    .contains("patient-http.dashboard.allow-without-security=true");
        });
    }

    @Test
    void itMayBeOpenIfItIsToldSo_AndIsReadOnlyThen() throws Exception {
        try (var ops = Ops.start(Ops.Open.class, Ops.ROLES, "--patient-http.dashboard.allow-without-security=true")) {
            var nobody = new Visitor(ops, "");
            var id = ops.enqueueDead();

            assertThat(nobody.get("/patient-http/api/requests/" + id).statusCode())
                    .isEqualTo(200);
            assertThat(nobody.get("/patient-http/api/requests/" + id + "/bodies")
                            .statusCode())
                    .isEqualTo(403);
            assertThat(nobody.post("/patient-http/api/requests/" + id + "/delete", nobody.headers())
                            .statusCode())
                    .isEqualTo(403);
        }
    }

    @Test
    void aBeanDecidesInsteadOfRoles() throws Exception {
        try (var ops = Ops.start(ByHeader.class)) {
            var nobody = new Visitor(ops, "");
            var id = ops.enqueueDead();

            assertThat(nobody.get("/patient-http/").statusCode()).isEqualTo(403);
            var headers = new Visitor(ops, "").get("/patient-http/?key=1");
            assertThat(headers.statusCode()).isEqualTo(200);
            assertThat(nobody.get("/patient-http/api/requests/" + id + "?key=1").statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void itIsOffByDefault() throws Exception {
        try (var ops = Ops.start(Ops.Open.class, "--patient-http.dashboard.enabled=false")) {
            assertThat(new Visitor(ops, "").get("/patient-http/").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void itsPathIsASetting() throws Exception {
        try (var ops = Ops.start(
                Ops.Open.class,
                "--server.servlet.context-path=/app",
                "--patient-http.dashboard.path=/ops/requests",
                "--patient-http.dashboard.allow-without-security=true")) {
            var nobody = new Visitor(ops, "");

            assertThat(nobody.get("/app/ops/requests/api/live").statusCode()).isEqualTo(200);
            assertThat(nobody.get("/app/ops/requests").headers().firstValue("location"))
                    .hasValueSatisfying(location -> assertThat(location).endsWith("/app/ops/requests/"));
        }
        assertThatThrownBy(() -> new DashboardProperties(true, "ops/*", null, null, null, false))
                .hasMessageContaining("patient-http.dashboard.path")
                .hasMessageContaining("was \"ops/*\"");
    }

    /** Asks for a key in the query. */
    @Configuration(proxyBeanMethods = false)
    @Import(Ops.Open.class)
    static class ByHeader {

        @Bean
        DashboardAccess access() {
            return new DashboardAccess() {
                @Override
                public boolean mayView(HttpServletRequest request) {
                    return request.getParameter("key") != null;
                }
            };
        }
    }
}
