package io.patienthttp.dashboard;

import io.patienthttp.runtime.PatientHttp;
import jakarta.servlet.Servlet;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;

/**
 * The dashboard in a servlet application, where {@code patient-http.dashboard.enabled} is true. Refuses to start without
 * Spring Security, unless a {@link DashboardAccess} bean or {@code patient-http.dashboard.allow-without-security} says
 * who may see it.
 */
@AutoConfiguration(
        afterName = {
            "io.patienthttp.spring.PatientHttpAutoConfiguration",
            "org.springframework.boot.security.autoconfigure.web.servlet.ServletWebSecurityAutoConfiguration"
        })
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass(Servlet.class)
@ConditionalOnProperty(name = "patient-http.dashboard.enabled", havingValue = "true")
@ConditionalOnSingleCandidate(PatientHttp.class)
@EnableConfigurationProperties(DashboardProperties.class)
public final class DashboardAutoConfiguration {

    private static final String SECURITY = "springSecurityFilterChain";

    /** Not a bean of its own: Spring makes it. */
    DashboardAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    DashboardAccess patientHttpDashboardAccess(DashboardProperties properties, BeanFactory beans) {
        var secured = beans.containsBean(SECURITY);
        if (!secured && !properties.allowWithoutSecurity()) {
            throw new OpenDashboardException();
        }
        return new RoleAccess(properties, secured);
    }

    /** Servlets are made before the DataSource: Patient HTTP is asked for when the first user comes. */
    @Bean
    ServletRegistrationBean<Servlet> patientHttpDashboard(
            DashboardProperties properties, DashboardAccess access, ObjectProvider<PatientHttp> http) {
        var registration = new ServletRegistrationBean<Servlet>(
                new DashboardServlet(access, http::getObject), properties.path() + "/*");
        registration.setName("patientHttpDashboard");
        return registration;
    }
}
