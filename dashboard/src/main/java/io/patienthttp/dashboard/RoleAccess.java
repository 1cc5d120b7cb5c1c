package io.patienthttp.dashboard;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/**
 * Access by roles, as the servlet API tells them: Spring Security answers it, or the container. Even where the
 * application lets everyone through to the page, nobody without a name sees it.
 */
final class RoleAccess implements DashboardAccess {

    private final DashboardProperties properties;
    private final boolean secured;

    /** Access by the roles of the properties; if it is not secured, everyone may view. */
    RoleAccess(DashboardProperties properties, boolean secured) {
        this.properties = properties;
        this.secured = secured;
    }

    @Override
    public boolean mayView(HttpServletRequest request) {
        var role = properties.viewerRole();
        return role != null ? has(request, role) : !secured || request.getUserPrincipal() != null;
    }

    @Override
    public boolean mayOperate(HttpServletRequest request) {
        return has(request, properties.operatorRole());
    }

    @Override
    public boolean mayViewBodies(HttpServletRequest request) {
        return has(request, properties.bodyRole());
    }

    private static boolean has(HttpServletRequest request, @Nullable String role) {
        return role != null && request.getUserPrincipal() != null && request.isUserInRole(role);
    }
}
