package io.patienthttp.spring;

import io.micrometer.core.instrument.MeterRegistry;
import io.patienthttp.micrometer.PatientHttpMetrics;
import io.patienthttp.runtime.PatientHttp;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;

/**
 * Metrics, where there is a MeterRegistry. The bean is a {@link io.patienthttp.Listener}: an application that builds its
 * {@link PatientHttp} itself gives it to the builder.
 */
@AutoConfiguration(
        after = PatientHttpAutoConfiguration.class,
        afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnSingleCandidate(MeterRegistry.class)
public final class PatientHttpMetricsAutoConfiguration {

    /** Not a bean of its own: Spring makes it. */
    PatientHttpMetricsAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    PatientHttpMetrics patientHttpMetrics(MeterRegistry registry) {
        return new PatientHttpMetrics(registry);
    }

    /** Once all beans are there: {@link PatientHttp} needs the listener, and the gauges need it. */
    @Bean
    @ConditionalOnSingleCandidate(PatientHttp.class)
    SmartInitializingSingleton patientHttpGauges(PatientHttp http, PatientHttpMetrics metrics) {
        return () -> metrics.bind(http);
    }
}
