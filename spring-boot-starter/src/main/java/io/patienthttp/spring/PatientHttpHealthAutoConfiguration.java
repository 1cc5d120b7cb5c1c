package io.patienthttp.spring;

import io.patienthttp.runtime.PatientHttp;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/** The health of this process, as {@code patientHttp}; {@code management.health.patient-http.enabled=false} turns it off. */
@AutoConfiguration(after = PatientHttpAutoConfiguration.class)
@ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnEnabledHealthIndicator("patient-http")
public final class PatientHttpHealthAutoConfiguration {

    /** Not a bean of its own: Spring makes it. */
    PatientHttpHealthAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean(name = "patientHttpHealthIndicator")
    @ConditionalOnSingleCandidate(PatientHttp.class)
    HealthIndicator patientHttpHealthIndicator(PatientHttp http, PatientHttpProperties properties) {
        return new PatientHttpHealthIndicator(
                http, properties.processor().enabled(), properties.health().queueAgeThreshold());
    }
}
