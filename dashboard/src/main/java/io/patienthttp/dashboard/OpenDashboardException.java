package io.patienthttp.dashboard;

/** The dashboard would be open to everyone who reaches the server, and nobody said that it may be. */
final class OpenDashboardException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    OpenDashboardException() {
        super(
                "The dashboard of Patient HTTP is enabled (patient-http.dashboard.enabled=true), but this application has no"
                        + " Spring Security filter chain: everyone who reaches the server could see it.");
    }
}
