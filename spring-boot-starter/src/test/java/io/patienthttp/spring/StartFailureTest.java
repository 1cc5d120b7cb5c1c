package io.patienthttp.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.patienthttp.fixture.Databases;
import io.patienthttp.payload.AesGcmCipher;
import io.patienthttp.payload.AesGcmCipher.Key;
import io.patienthttp.spi.PayloadCipher;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;

/** Applications that must not start, and what they print. */
@ExtendWith(OutputCaptureExtension.class)
class StartFailureTest {

    @Test
    void missingTablesAreNamedWithTheWaysOut(CapturedOutput output) {
        fails(App.class, Databases.postgresUrl(), "patient-http.initialize-schema=embedded");

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("Tables that Patient HTTP needs do not exist in the database: patient_http_requests,"
                        + " patient_http_processes, patient_http_schema, scheduled_tasks.")
                .contains("patient-http.initialize-schema=always (it is embedded)")
                .contains("io/patienthttp/jdbc/*.sql", "io/patienthttp/dbscheduler/*.sql")
                .contains("patient-http.table-prefix", "patient-http.callback.table-name");
    }

    @Test
    void missingTablesAreMissedByANodeThatOnlyEnqueuesToo(CapturedOutput output) {
        fails(App.class, h2(), "patient-http.initialize-schema=never", "patient-http.processor.enabled=false");

        assertThat(output)
                .contains("Tables that Patient HTTP needs do not exist")
                .contains("(it is never)");
    }

    @Test
    void aSealingKeyOfAWrongLengthIsNamedByItsId(CapturedOutput output) {
        fails(App.class, h2(), "patient-http.sealing.keys=2026:c2hvcnQtbm90LTMyLWJ5dGVz");

        assertThat(output)
                .contains(
                        "The property patient-http.sealing.keys is invalid: key \"2026\" must have 32 bytes (AES-256),"
                                + " had 18")
                .contains("openssl rand -base64 32")
                .doesNotContain("c2hvcnQtbm90", "short-not");
    }

    @Test
    void keysBesideACipherOfTheApplicationAreRefused(CapturedOutput output) {
        fails(OwnCipher.class, h2(), "patient-http.sealing.keys=2026:a2V5LW9mLXRoZS10ZXN0LXdpdGgtMzItYnl0ZXMhISE=");

        assertThat(output)
                .contains("There are both patient-http.sealing.keys and a bean of type"
                        + " io.patienthttp.spi.PayloadCipher")
                .doesNotContain("a2V5LW9m");
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnCipher extends App {

        @Bean
        PayloadCipher cipher() {
            return AesGcmCipher.of(List.of(Key.of("own", new byte[32])));
        }
    }

    @Test
    void aTableThatAloneIsMissingIsNamedAlone(CapturedOutput output) {
        var url = h2();
        App.start(App.class, url).close();

        fails(App.class, url, "patient-http.initialize-schema=never", "patient-http.callback.table-name=other_tasks");

        assertThat(output).contains("do not exist in the database: other_tasks.");
    }

    @Test
    void tablesThatAreTooNewAreRefused(CapturedOutput output) {
        var url = h2();
        App.start(App.class, url).close();
        try (var pool = Databases.pool(url, "sa", 1)) {
            new JdbcTemplate(pool).update("UPDATE patient_http_schema SET version = 99, compatible_from = 98");
        }

        fails(App.class, url, "patient-http.initialize-schema=never");

        assertThat(output)
                .contains("The tables of Patient HTTP do not fit this application")
                .contains("version 99");
    }

    @Test
    void aMissingCallbackIsExplained(CapturedOutput output) {
        fails(NoCallback.class, h2());

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("there is no bean of type io.patienthttp.Callback")
                .contains("@Component that implements Callback");
    }

    @Test
    void aMissingDataSourceIsExplained(CapturedOutput output) {
        fails(NoDataSource.class, "");

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("there is no DataSource bean")
                .contains("Set spring.datasource.url");
    }

    @Test
    void aShutdownTimeoutThatSpringCutsOffIsExplained(CapturedOutput output) {
        fails(App.class, h2(), "spring.lifecycle.timeout-per-shutdown-phase=20s");

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("patient-http.shutdown-timeout must be below spring.lifecycle.timeout-per-shutdown-phase"
                        + " (PT20S), was PT20S")
                .contains("Lower patient-http.shutdown-timeout");
    }

    @Test
    void anInvalidSettingIsExplained(CapturedOutput output) {
        fails(App.class, h2(), "patient-http.max-in-flight=0");

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains(
                        "The property patient-http.max-in-flight is invalid: it must be between 1 and 100000, was 0.");
    }

    @Test
    void invalidSettingsOfTheEngineAreExplained(CapturedOutput output) {
        fails(App.class, h2(), "patient-http.callback.threads=0");
        fails(App.class, h2(), "patient-http.callback.table-name=no;table");

        assertThat(output)
                .contains("The property patient-http.callback.threads is invalid: it must be at least 1, was 0.")
                .contains("The property patient-http.callback.table-name is invalid: it must be an SQL identifier");
    }

    @Test
    void transactionalDeliveryWithoutTransactionsIsExplained(CapturedOutput output) {
        fails(
                App.class,
                h2(),
                "patient-http.transactional-delivery=true",
                "spring.autoconfigure.exclude=org.springframework.boot.jdbc.autoconfigure"
                        + ".DataSourceTransactionManagerAutoConfiguration,org.springframework.boot.hibernate"
                        + ".autoconfigure.HibernateJpaAutoConfiguration");

        assertThat(output).contains("patient-http.transactional-delivery is true, but there is no transaction manager");
    }

    @Test
    void jacksonAnnotationsThatAreTooOldAreExplained(CapturedOutput output) throws Exception {
        try (var loader = new OldJackson()) {
            var main = loader.loadClass(OldJacksonMain.class.getName()).getMethod("main", String[].class);

            assertThatThrownBy(() -> main.invoke(null, (Object) new String[] {h2()}));
        }

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("jackson-annotations of a version before 2.21")
                .contains("Use jackson-annotations 2.21 or later");
    }

    private static void fails(Class<?> app, String url, String... properties) {
        assertThatThrownBy(() -> App.start(app, url, properties).close());
    }

    private static String h2() {
        try (var pool = Databases.h2()) {
            return pool.getJdbcUrl();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class NoCallback {}

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration(exclude = DataSourceAutoConfiguration.class)
    static class NoDataSource {}

    /** The application as it is run by {@link OldJackson}. */
    public static final class OldJacksonMain {

        private OldJacksonMain() {}

        public static void main(String[] url) {
            var before = Thread.currentThread().getContextClassLoader();
            Thread.currentThread().setContextClassLoader(OldJacksonMain.class.getClassLoader());
            try {
                App.start(App.class, url[0]).close();
            } finally {
                Thread.currentThread().setContextClassLoader(before);
            }
        }
    }

    /** The class path of this test, without what is new in jackson-annotations 2.21. */
    private static final class OldJackson extends URLClassLoader {

        OldJackson() {
            super(classPath(), ClassLoader.getPlatformClassLoader());
        }

        private static URL[] classPath() {
            return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                    .flatMap(OldJackson::url)
                    .toArray(URL[]::new);
        }

        private static Stream<URL> url(String entry) {
            try {
                return Stream.of(new File(entry).toURI().toURL());
            } catch (MalformedURLException e) {
                throw new UncheckedIOException(new IOException(e));
            }
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.equals("com.fasterxml.jackson.annotation.JsonDeserializeAs")) {
                throw new ClassNotFoundException(name);
            }
            return super.loadClass(name, resolve);
        }
    }
}
