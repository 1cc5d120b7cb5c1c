package io.patienthttp.spring;

import io.patienthttp.runtime.PatientHttp;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;

/** The actuator's endpoint {@code patienthttp}, where the application exposes it. */
@AutoConfiguration(after = PatientHttpAutoConfiguration.class)
@ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
@ConditionalOnAvailableEndpoint(PatientHttpEndpoint.class)
public final class PatientHttpEndpointAutoConfiguration {

    /** Not a bean of its own: Spring makes it. */
    PatientHttpEndpointAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnSingleCandidate(PatientHttp.class)
    PatientHttpEndpoint patientHttpEndpoint(PatientHttp http) {
        return new PatientHttpEndpoint(http);
    }
}
