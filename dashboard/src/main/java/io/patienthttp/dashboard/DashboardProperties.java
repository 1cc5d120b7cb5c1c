package io.patienthttp.dashboard;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties {@code patient-http.dashboard.*}.
 *
 * @param enabled Whether the dashboard is served.
 * @param path Where it is served, below the context path of the application, such as /ops/requests.
 * @param viewerRole The role that sees the dashboard. Default: everyone who is authenticated.
 * @param operatorRole The role that may cancel, deliver again, send again and delete. Default: nobody.
 * @param bodyRole The role that sees bodies and callback arguments, opened if they are sealed. Default: nobody.
 * @param allowWithoutSecurity Whether the dashboard is served although there is no Spring Security, to everyone who
 *     reaches the server, who can then look but change nothing.
 */
@ConfigurationProperties("patient-http.dashboard")
public record DashboardProperties(
        @DefaultValue("false") boolean enabled,
        @DefaultValue("/patient-http") String path,
        @Nullable String viewerRole,
        @Nullable String operatorRole,
        @Nullable String bodyRole,
        @DefaultValue("false") boolean allowWithoutSecurity) {

    private static final Pattern PATH = Pattern.compile("(/[A-Za-z0-9._-]+)+");

    /**
     * Checks the path.
     *
     * @throws IllegalArgumentException if it is not one or more names with a slash before each
     */
    public DashboardProperties {
        if (!PATH.matcher(path).matches()) {
            throw new IllegalArgumentException(
                    "patient-http.dashboard.path must be like /patient-http or /ops/requests, of letters, digits and . _ -,"
                            + " was \"" + path + "\"");
        }
    }
}
