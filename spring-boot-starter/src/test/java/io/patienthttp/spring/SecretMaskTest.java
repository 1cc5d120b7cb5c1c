package io.patienthttp.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.patienthttp.Callback;
import io.patienthttp.Failure;
import io.patienthttp.Response;
import io.patienthttp.fixture.Databases;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.actuate.autoconfigure.context.properties.ConfigurationPropertiesReportEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.env.EnvironmentEndpointAutoConfiguration;
import org.springframework.boot.actuate.context.properties.ConfigurationPropertiesReportEndpoint;
import org.springframework.boot.actuate.endpoint.SanitizableData;
import org.springframework.boot.actuate.env.EnvironmentEndpoint;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;

class SecretMaskTest {

    private static final String KEY = "a2V5LW9mLXRoZS10ZXN0LXdpdGgtMzItYnl0ZXMhISE=";

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    PatientHttpAutoConfiguration.class,
                    EnvironmentEndpointAutoConfiguration.class,
                    ConfigurationPropertiesReportEndpointAutoConfiguration.class))
            .withUserConfiguration(Beans.class)
            .withPropertyValues(
                    "management.endpoints.jmx.exposure.include=*",
                    "spring.jmx.enabled=true",
                    "management.endpoint.env.show-values=always",
                    "management.endpoint.configprops.show-values=always",
                    "patient-http.processor.enabled=false",
                    "patient-http.max-in-flight=77",
                    "vault.value=s3cret",
                    "patient-http.sealing.keys[0]=k1:" + KEY,
                    "patient-http.secrets.openai=${vault.value}",
                    "PATIENT_HTTP_SECRETS_OTHER=t0psecret",
                    "spring.application.json={\"patient-http\":{\"lease\":\"60s\",\"secrets\":{\"json\":\"j5on\"}}}");

    @Test
    void secretsAreMaskedEvenWhereAllValuesAreShown() {
        runner.run(context -> {
            var environment = context.getBean(EnvironmentEndpoint.class);
            var env = environment.environment(null).getPropertySources().stream()
                    .flatMap(source -> source.getProperties().entrySet().stream())
                    .map(entry -> entry.getKey() + "=" + entry.getValue().getValue())
                    .toList();
            var entry = environment.environmentEntry("patient-http.secrets.openai");
            var configprops = context
                    .getBean(ConfigurationPropertiesReportEndpoint.class)
                    .configurationPropertiesWithPrefix("patient-http")
                    .getContexts()
                    .values()
                    .stream()
                    .flatMap(contexts -> contexts.getBeans().values().stream())
                    .map(bean -> bean.getProperties() + " " + bean.getInputs())
                    .toList();

            assertThat(env)
                    .contains("patient-http.max-in-flight=77", "patient-http.secrets.openai=******")
                    .noneMatch(text -> text.contains(KEY)
                            || text.contains("s3cret")
                            || text.contains("t0psecret")
                            || text.contains("j5on"));
            assertThat(entry.getProperty().getValue()).isEqualTo("******");
            assertThat(configprops)
                    .singleElement()
                    .asString()
                    .contains("maxInFlight=77", "openai")
                    .contains("******")
                    .doesNotContain("s3cret", "t0psecret", KEY);
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "patient-http.secrets.openai",
                "patient-http.secrets[OpenAI]",
                "patient-http.proxy-url",
                "patient-http.sealing.keys",
                "patient-http.sealing.keys[1]",
                "PATIENT_HTTP_SEALING_KEYS",
                "PATIENT_HTTP_PROXYURL",
                "patientHttp.secrets.openai",
                "patient_http.secrets.openai",
                "PATIENT_HTTP_SECRETS_OPENAI",
                "SPRING_APPLICATION_JSON"
            })
    void aSecretIsKnownByItsNameInAnySpelling(String name) {
        var data = new SanitizableData(null, name, "anything");

        assertThat(new SecretMask(java.util.List.of()).apply(data).getValue()).isEqualTo("******");
    }

    @Test
    void aCommandLineThatHoldsASecretIsMasked() {
        var data = new SanitizableData(null, "sun.java.command", "app.jar --patient-http.secrets.openai=s3cret");

        assertThat(new SecretMask(java.util.List.of()).apply(data).getValue()).isEqualTo("******");
    }

    @Test
    void otherPropertiesAreShown() {
        var data = new SanitizableData(null, "patient-http.lease", "60s");

        assertThat(new SecretMask(java.util.List.of("s3cret")).apply(data)).isSameAs(data);
    }

    @Test
    void withoutTheActuatorThereIsNoMask() {
        new ApplicationContextRunner()
                .withClassLoader(new FilteredClassLoader("org.springframework.boot.actuate"))
                .withConfiguration(AutoConfigurations.of(PatientHttpAutoConfiguration.class))
                .withUserConfiguration(Beans.class)
                .withPropertyValues("patient-http.processor.enabled=false")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("patientHttpSecretMask"));
    }

    static class Beans {

        @Bean
        javax.sql.DataSource dataSource() {
            return Databases.h2();
        }

        @Bean
        Callback callback() {
            return new Callback() {
                @Override
                public void onComplete(Response response) {}

                @Override
                public void onError(Failure failure) {}
            };
        }
    }
}
