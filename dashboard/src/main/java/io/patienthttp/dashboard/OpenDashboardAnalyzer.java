package io.patienthttp.dashboard;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says how to close the dashboard, instead of a stack trace. */
final class OpenDashboardAnalyzer extends AbstractFailureAnalyzer<OpenDashboardException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, OpenDashboardException cause) {
        return new FailureAnalysis(
                String.valueOf(cause.getMessage()),
                "Add org.springframework.boot:spring-boot-starter-security, and say who may see the page by"
                        + " patient-http.dashboard.viewer-role. Or define a bean of type "
                        + DashboardAccess.class.getName()
                        + " that decides it. Or, where nobody else reaches the server, such as on a developer's machine,"
                        + " set patient-http.dashboard.allow-without-security=true: the page is then read-only.",
                rootFailure);
    }
}
