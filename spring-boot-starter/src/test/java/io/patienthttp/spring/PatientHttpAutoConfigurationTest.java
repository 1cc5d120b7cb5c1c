package io.patienthttp.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.kagkarlsson.scheduler.Scheduler;
import io.micrometer.observation.ObservationRegistry;
import io.patienthttp.Callback;
import io.patienthttp.CancelResult;
import io.patienthttp.DeadLetter;
import io.patienthttp.Failure;
import io.patienthttp.Listener;
import io.patienthttp.Outcome;
import io.patienthttp.PatientHttpClient;
import io.patienthttp.Preprocessor;
import io.patienthttp.Request;
import io.patienthttp.RequestStatus;
import io.patienthttp.Response;
import io.patienthttp.dbscheduler.DbSchedulerCallbacks;
import io.patienthttp.fixture.Databases;
import io.patienthttp.jdbc.JdbcTransactions;
import io.patienthttp.micrometer.ObservationTracing;
import io.patienthttp.runtime.PatientHttp;
import io.patienthttp.runtime.Settings;
import io.patienthttp.spi.CallbackQueue;
import io.patienthttp.spi.Tracing;
import io.patienthttp.spi.Transactions;
import java.sql.Connection;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.jdbc.support.JdbcTransactionManager;

/** Which beans there are, and when they back off. */
@ExtendWith(OutputCaptureExtension.class)
class PatientHttpAutoConfigurationTest {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    PatientHttpAutoConfiguration.class, DataSourceTransactionManagerAutoConfiguration.class))
            .withPropertyValues("patient-http.processor.enabled=false");

    private final ApplicationContextRunner application =
            runner.withUserConfiguration(OneDataSource.class, OneCallback.class);

    @Test
    void anApplicationGetsClientAndProcessor() {
        application.withPropertyValues("patient-http.processor.enabled=true").run(context -> {
            assertThat(context).hasSingleBean(PatientHttp.class).hasSingleBean(PatientHttpLifecycle.class);
            assertThat(context.getBean(PatientHttpClient.class)).isInstanceOf(DeferredClient.class);
            assertThat(context.getBean(PatientHttp.class).isRunning()).isTrue();
            assertThat(context.getBean(CallbackQueue.class).engineName().orElseThrow())
                    .startsWith("ph-");
            assertThat(context.getBean(Transactions.class)).isInstanceOf(SpringTransactions.class);
            assertThat(context).doesNotHaveBean("patientHttpCallbackTask");
        });
    }

    @Test
    void aNodeThatOnlyEnqueuesHasNoLifecycle() {
        application.run(context -> {
            assertThat(context).hasSingleBean(PatientHttp.class).doesNotHaveBean(PatientHttpLifecycle.class);
            assertThat(context.getBean(PatientHttp.class).isStopped()).isTrue();
        });
    }

    @Test
    void aFakeClientReplacesEverything() {
        runner.withBean(PatientHttpClient.class, FakeClient::new).run(context -> assertThat(context)
                .hasNotFailed()
                .hasSingleBean(PatientHttpClient.class)
                .doesNotHaveBean(PatientHttp.class)
                .doesNotHaveBean(CallbackQueue.class));
    }

    @Test
    void anOwnPatientHttpIsStillStartedAndInjectedAsClient() {
        runner.withUserConfiguration(OneDataSource.class, OwnPatientHttp.class)
                .withPropertyValues("patient-http.processor.enabled=true")
                .run(context -> {
                    assertThat(context.getBean(PatientHttp.class).isRunning()).isTrue();
                    assertThat(context.getBean(PatientHttpClient.class)).isInstanceOf(DeferredClient.class);
                    assertThat(context).doesNotHaveBean(CallbackQueue.class);
                });
    }

    @Test
    void anApplicationMayBringItsOwnParts() {
        application
                .withUserConfiguration(OwnParts.class)
                .withPropertyValues("patient-http.max-in-flight=5")
                .run(context -> {
                    assertThat(context.getBean(PatientHttp.class).settings().maxInFlight())
                            .isEqualTo(99);
                    assertThat(context).hasSingleBean(CallbackQueue.class).hasSingleBean(DbSchedulerCallbacks.class);
                    assertThat(context).hasBean("ownQueue").hasBean("ownCallbacks");
                });
    }

    @Test
    void anObservationRegistryHasRequestsShowInTraces() {
        application.run(context -> assertThat(context).doesNotHaveBean(Tracing.class));
        var observed = application.withBean(ObservationRegistry.class, ObservationRegistry::create);
        observed.run(context -> assertThat(context)
                .hasSingleBean(PatientHttp.class)
                .getBean(Tracing.class)
                .isInstanceOf(ObservationTracing.class));
        observed.withBean(OwnTracing.class)
                .run(context -> assertThat(context).getBean(Tracing.class).isInstanceOf(OwnTracing.class));
    }

    @Test
    void withoutMicrometerThereIsNoTracing() {
        application
                .withClassLoader(new FilteredClassLoader(ObservationRegistry.class))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(Tracing.class));
    }

    @Test
    void withoutATransactionManagerEnqueueCommitsOnItsOwn() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(PatientHttpAutoConfiguration.class))
                .withPropertyValues("patient-http.processor.enabled=false")
                .withUserConfiguration(OneDataSource.class, OneCallback.class)
                .run(context -> assertThat(context.getBean(Transactions.class)).isInstanceOf(JdbcTransactions.class));
    }

    @Test
    void aTransactionManagerOfAnotherDataSourceIsNotUsed() {
        application
                .withUserConfiguration(ForeignManager.class)
                .run(context -> assertThat(context.getBean(Transactions.class)).isInstanceOf(JdbcTransactions.class));
    }

    @Test
    void ofSeveralTransactionManagersTheOneOfTheDataSourceIsUsed() {
        application
                .withUserConfiguration(ForeignManager.class, FittingManager.class)
                .run(context -> assertThat(context.getBean(Transactions.class)).isInstanceOf(SpringTransactions.class));
    }

    @Test
    void aTransactionAwareProxyIsTakenOff() {
        runner.withUserConfiguration(ProxiedDataSource.class, OneCallback.class).run(context -> {
            assertThat(context.getBean(ApplicationDataSource.class).dataSource())
                    .isSameAs(context.getBean(ProxiedDataSource.class).target);
            assertThat(context.getBean(Transactions.class)).isInstanceOf(SpringTransactions.class);
        });
    }

    @Test
    void severalDataSourcesNeedAPrimaryOne() {
        runner.withUserConfiguration(OneDataSource.class, OneCallback.class)
                .withBean("second", DataSource.class, Databases::h2)
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("expected single matching bean but found 2"));
    }

    @Test
    void theApplicationsSchedulerGetsTheTask() {
        application.withUserConfiguration(OwnScheduler.class).run(context -> {
            assertThat(context).hasBean("patientHttpCallbackTask").hasSingleBean(CallbackQueue.class);
            assertThat(context.getBean(CallbackQueue.class).engineName()).isEmpty();
        });
    }

    @Test
    void aSchedulerThatDoesNotKnowTheTaskIsReported(CapturedOutput output) {
        application
                .withBean(
                        Scheduler.class, () -> Scheduler.create(Databases.h2()).build())
                .run(context -> assertThat(output).contains("give it the bean patientHttpCallbackTask"));
    }

    @Test
    void aSchedulerThatKnowsTheTaskIsNotReported(CapturedOutput output) {
        application.withUserConfiguration(OwnScheduler.class).run(context -> assertThat(output)
                .doesNotContain("give it the bean patientHttpCallbackTask"));
    }

    @Test
    void itStopsTogetherWithTheWebServer() {
        assertThat(PatientHttpLifecycle.PHASE).isEqualTo(WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE);
    }

    @Test
    void aCallbackThatSpringSubclassedKeepsTheNameOfItsClass() {
        runner.withUserConfiguration(OneDataSource.class, ConfigurationAndCallback.class)
                .run(context -> {
                    var client = context.getBean(PatientHttpClient.class);

                    var id = client.get("http://127.0.0.1/")
                            .callback(ConfigurationAndCallback.class)
                            .enqueue();

                    assertThat(context.getBean(ConfigurationAndCallback.class)
                                    .getClass()
                                    .getName())
                            .contains("$$");
                    assertThat(client.find(id).orElseThrow().callback())
                            .isEqualTo(ConfigurationAndCallback.class.getName());
                });
    }

    @Configuration(proxyBeanMethods = false)
    static class OneDataSource {

        @Bean
        DataSource dataSource() {
            return Databases.h2();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class ProxiedDataSource {

        final DataSource target = Databases.h2();

        @Bean
        DataSource dataSource() {
            return new TransactionAwareDataSourceProxy(target);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OneCallback {

        @Bean
        Callback callback() {
            return new SomeCallback();
        }

        @Bean
        Preprocessor sign() {
            return draft -> draft.header("x-signature", "signed");
        }

        @Bean
        SecretResolver vault() {
            return name -> null;
        }

        @Bean
        Listener listener() {
            return new Listener() {
                @Override
                public void onDead(DeadLetter letter) {}
            };
        }
    }

    /** Shows nothing. */
    static final class OwnTracing implements Tracing {

        @Override
        public Map<String, String> enqueued(Request request) {
            return Map.of();
        }

        @Override
        public Attempt startAttempt(String requestId, Request request, Map<String, String> context) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CallbackSpan startCallback(Outcome outcome, Map<String, String> context) {
            return failure -> {};
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class ForeignManager {

        @Bean
        JdbcTransactionManager foreign() {
            return new JdbcTransactionManager(Databases.h2());
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class FittingManager {

        @Bean
        JdbcTransactionManager fitting(DataSource dataSource) {
            return new JdbcTransactionManager(dataSource);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnScheduler {

        @Bean(destroyMethod = "stop")
        Scheduler scheduler(DataSource dataSource, List<com.github.kagkarlsson.scheduler.task.Task<?>> tasks) {
            assertThat(tasks).extracting(task -> task.getName()).containsExactly("patient-http-callback");
            return Scheduler.create(dataSource, tasks).build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnPatientHttp {

        @Bean
        PatientHttp patientHttp(DataSource dataSource) {
            var http = PatientHttp.builder(dataSource)
                    .callback(new SomeCallback())
                    .callbackQueue(DbSchedulerCallbacks.create().owned(dataSource))
                    .build();
            http.schema().create();
            io.patienthttp.dbscheduler.DbSchedulerSchema.create(dataSource, "scheduled_tasks");
            return http;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnParts {

        @Bean
        Settings ownSettings() {
            return Settings.builder().maxInFlight(99).build();
        }

        @Bean
        DbSchedulerCallbacks ownCallbacks() {
            return DbSchedulerCallbacks.create();
        }

        @Bean
        CallbackQueue ownQueue(DbSchedulerCallbacks callbacks, DataSource dataSource) {
            return callbacks.owned(dataSource);
        }
    }

    @Configuration
    static class ConfigurationAndCallback extends SomeCallback {

        @Bean
        String text() {
            return "";
        }
    }

    static class SomeCallback implements Callback {

        @Override
        public void onComplete(Response response) {}

        @Override
        public void onError(Failure failure) {}
    }

    private static final class FakeClient implements PatientHttpClient {

        @Override
        public List<String> enqueueAll(Collection<Request> requests) {
            return List.of();
        }

        @Override
        public List<String> enqueueAll(Connection connection, Collection<Request> requests) {
            return List.of();
        }

        @Override
        public CancelResult cancel(String id) {
            return CancelResult.NOT_FOUND;
        }

        @Override
        public Optional<RequestStatus> find(String id) {
            return Optional.empty();
        }
    }
}
