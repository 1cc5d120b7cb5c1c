package io.patienthttp.dashboard;

import jakarta.servlet.http.HttpServletRequest;

/**
 * Who may do what with the dashboard. A bean of it replaces what the properties {@code patient-http.dashboard.*-role} say,
 * and is asked for each HTTP request, on its thread. It is then alone responsible: there need be no Spring Security.
 */
public interface DashboardAccess {

    /**
     * Whether the user sees anything at all: counts, processes, and requests without bodies, queries and values of
     * sensitive headers.
     */
    boolean mayView(HttpServletRequest request);

    /** Whether the user, who may view, may cancel, deliver again, send again and delete. Default: no. */
    default boolean mayOperate(HttpServletRequest request) {
        return false;
    }

    /**
     * Whether the user, who may view, sees bodies and callback arguments; what is sealed is opened for that. Default: no.
     */
    default boolean mayViewBodies(HttpServletRequest request) {
        return false;
    }
}
