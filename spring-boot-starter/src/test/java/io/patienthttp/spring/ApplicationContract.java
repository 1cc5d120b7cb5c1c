package io.patienthttp.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patienthttp.PatientHttpClient;
import io.patienthttp.Request;
import io.patienthttp.RequestState;
import io.patienthttp.runtime.PatientHttp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.aop.support.AopUtils;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** What an application may rely on, on each database. */
abstract class ApplicationContract {

    private static final String ONLY_ENQUEUE = "patient-http.processor.enabled=false";

    /** What a transaction does not commit is lost when the connection goes back to the pool. */
    private static final String NO_AUTO_COMMIT = "spring.datasource.hikari.auto-commit=false";

    private final String url = newDatabase();
    private SlowApi api;
    ConfigurableApplicationContext context;

    abstract String newDatabase();

    /** The application. */
    Class<?> app() {
        return App.class;
    }

    /** Properties that all applications of the subclass have. */
    String[] properties() {
        return new String[0];
    }

    @BeforeEach
    void startApi() throws Exception {
        api = new SlowApi();
    }

    @AfterEach
    void stop() {
        api.close();
        context.close();
    }

    @Test
    void aRequestIsStoredIfAndOnlyIfTheTransactionCommits() {
        start(ONLY_ENQUEUE);

        inTransaction(true, () -> request().enqueue());
        inTransaction(true, () -> client().enqueueAll(three()));
        assertThat(notes().requests()).isZero();

        inTransaction(false, () -> request().enqueue());
        assertThat(notes().requests()).isEqualTo(1);

        inTransaction(false, () -> client().enqueueAll(three()));
        assertThat(notes().requests()).isEqualTo(4);
    }

    @Test
    void aListenerIsToldOfWhatCommitsAlone() {
        start(ONLY_ENQUEUE);
        var told = context.getBean(App.Told.class).enqueued;
        var ids = new ArrayList<String>();

        inTransaction(true, () -> request().enqueue());
        inTransaction(false, () -> {
            ids.add(request().enqueue());
            assertThat(told).as("before the commit").isEmpty();
        });
        ids.add(request().enqueue());

        atMostTenSeconds().until(() -> told.size() == 2);
        assertThat(told).isEqualTo(ids);
    }

    @Test
    void aRequestIsStoredWithoutATransaction() {
        start(ONLY_ENQUEUE);

        var id = request().enqueue();

        assertThat(notes().requests()).isEqualTo(1);
        assertThat(client().find(id).orElseThrow().state()).isEqualTo(RequestState.PENDING);
    }

    @Test
    void aRequestFromAListenerAfterTheEndOfATransactionIsStored() {
        start(ONLY_ENQUEUE, NO_AUTO_COMMIT);

        inTransaction(false, () -> TransactionSynchronizationManager.registerSynchronization(enqueuesAtTheEnd()));
        assertThat(notes().requests()).isEqualTo(2);

        inTransaction(true, () -> TransactionSynchronizationManager.registerSynchronization(enqueuesAtTheEnd()));
        assertThat(notes().requests()).isEqualTo(3);
    }

    @Test
    void aListenerAfterACommitMayStillRollBackATransactionOfItsOwn() {
        start(ONLY_ENQUEUE, NO_AUTO_COMMIT);

        inTransaction(
                false,
                () -> TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                    @Override
                    public void afterCommit() {
                        inTransaction(true, () -> request().enqueue());
                        request().enqueue();
                    }
                }));

        assertThat(notes().requests()).isEqualTo(1);
    }

    @Test
    void aTransactionOfAnotherDatabaseIsNotJoined() {
        start(ONLY_ENQUEUE, NO_AUTO_COMMIT);
        try (var other = io.patienthttp.fixture.Databases.h2()) {
            var manager = new JdbcTransactionManager(other);

            template(manager).executeWithoutResult(status -> {
                notes().requests(); // binds a connection of ours to the transaction of the other one
                request().enqueue();
                status.setRollbackOnly();
            });
        }

        assertThat(notes().requests()).isEqualTo(1);
    }

    @Test
    void theClaimerIsWokenAfterTheCommit() {
        start("patient-http.poll-interval=10s");
        request().enqueue();
        atMostTenSeconds().until(() -> notes().count() == 1 && notes().requests() == 0);
        api.hits.clear();

        inTransaction(false, () -> request().enqueue());
        long committed = System.nanoTime();
        atMostTenSeconds().until(() -> !api.hits.isEmpty());

        assertThat(Duration.ofNanos(api.hits.peek() - committed)).isLessThan(Duration.ofSeconds(3));
        atMostTenSeconds().until(() -> notes().count() == 2);
    }

    @Test
    void aCallbackTakesEffectOnceAndRollsBackWithItsRow() {
        start();
        var callback = context.getBean("noteCallback", App.NoteCallback.class);
        callback.failures.set(2);

        var id = request().enqueue();

        atMostTenSeconds().until(() -> notes().requests() == 0);
        assertThat(callback.runs).hasValue(3);
        assertThat(callback.inTransaction).isTrue();
        assertThat(callback.logged).as("the MDC of the callback").isEqualTo(id);
        assertThat(notes().count()).isEqualTo(1);
        assertThat(notes().jobs()).isZero();
    }

    @Test
    void aCallbackMayRefuseTheTransaction() {
        start();
        var callback = context.getBean(App.PlainCallback.class);
        callback.failures.set(1);

        client().get(api.now()).callback(App.PlainCallback.class).enqueue();

        atMostTenSeconds().until(() -> notes().requests() == 0);
        assertThat(callback.runs).hasValue(2);
        assertThat(callback.inTransaction).isFalse();
        assertThat(notes().count()).isEqualTo(2);
    }

    @Test
    void aPropertyTurnsTransactionalDeliveryOff() {
        start("patient-http.transactional-delivery=false");

        request().enqueue();

        atMostTenSeconds().until(() -> notes().count() == 1 && notes().requests() == 0);
        assertThat(context.getBean("noteCallback", App.NoteCallback.class).inTransaction)
                .isFalse();
    }

    @Test
    void aCallbackIsFoundByItsClassBehindAProxyAndMayEnqueueItself() {
        start();
        assertThat(AopUtils.isAopProxy(context.getBean("proxiedCallback"))).isTrue();

        client().get(api.now()).callback(App.ProxiedCallback.class).enqueue();

        atMostTenSeconds().until(() -> notes().count() == 2 && notes().requests() == 0);
        assertThat(api.hits).hasSize(2);
    }

    @Test
    void aRollbackThatACallbackHidesCountsAsItsFailure() {
        start("patient-http.callback.max-attempts=2");

        var id = client().get(api.now()).callback(App.SwallowingCallback.class).enqueue();

        atMostTenSeconds().until(() -> client().find(id).orElseThrow().state() == RequestState.DEAD);
        assertThat(client().find(id).orElseThrow().lastError().orElseThrow()).contains("UnexpectedRollbackException");
        assertThat(notes().count()).isZero();
    }

    @Test
    void callbacksOfRequestsInFlightUseBeansWhileTheContextCloses() {
        start();
        client().get(api.held()).callback(App.NoteCallback.class).enqueue();
        atMostTenSeconds().until(() -> !api.hits.isEmpty());

        var closed = CompletableFuture.runAsync(context::close);
        atMostTenSeconds().until(() -> context.getBean(PatientHttp.class).isStopping());
        api.release();

        assertThat(closed).succeedsWithin(Duration.ofSeconds(10));
        try (var pool = io.patienthttp.fixture.Databases.pool(url, user(), 1)) {
            var jdbc = new JdbcTemplate(pool);
            assertThat(jdbc.queryForObject("SELECT count(*) FROM notes", Integer.class))
                    .isEqualTo(1);
            assertThat(jdbc.queryForObject("SELECT count(*) FROM patient_http_requests", Integer.class))
                    .isZero();
            assertThat(jdbc.queryForObject("SELECT count(*) FROM patient_http_processes", Integer.class))
                    .isZero();
        }
    }

    @Test
    void aRequestThatDoesNotEndWithinTheShutdownTimeoutIsGivenBack() {
        start("patient-http.shutdown-timeout=100ms");
        client().get(api.held()).callback(App.NoteCallback.class).enqueue();
        atMostTenSeconds().until(() -> !api.hits.isEmpty());

        var closed = CompletableFuture.runAsync(context::close);

        assertThat(closed).succeedsWithin(Duration.ofSeconds(10));
        try (var pool = io.patienthttp.fixture.Databases.pool(url, user(), 1)) {
            assertThat(new JdbcTemplate(pool).queryForList("SELECT state FROM patient_http_requests", String.class))
                    .containsExactly("PENDING");
        }
    }

    @Test
    void aNodeThatOnlyEnqueuesNeverStarts() {
        start(ONLY_ENQUEUE);

        var id = request().enqueue();
        context.stop();
        context.start();

        assertThat(context.getBean(PatientHttp.class).isStopped()).isTrue();
        assertThat(client().find(id).orElseThrow().state()).isEqualTo(RequestState.PENDING);
        assertThat(api.hits).isEmpty();
    }

    @Test
    void aStoppedContextMayStartAgain() {
        start();
        context.stop();
        assertThat(context.getBean(PatientHttp.class).isStopped()).isTrue();

        context.start();
        request().enqueue();

        atMostTenSeconds().until(() -> notes().count() == 1);
    }

    @Test
    void aSecretOfAPropertyIsSent() {
        start("patient-http.secrets.openai=s3cret");

        request()
                .header("authorization", io.patienthttp.Secret.named("openai").prefixed("Bearer "))
                .enqueue();

        atMostTenSeconds().until(() -> !api.hits.isEmpty());
        assertThat(api.authorizations).containsExactly("Bearer s3cret");
    }

    @Test
    void aSecretThatIsBoundToAnOriginIsSentToNoOther() {
        start("patient-http.secrets.openai=s3cret", "patient-http.secret-origins.openai=https://api.example.com");

        request()
                .header("authorization", io.patienthttp.Secret.named("openai").prefixed("Bearer "))
                .enqueue();

        atMostTenSeconds().until(() -> notes().count() == 1);
        assertThat(notes().all()).containsExactly("PREPARATION");
        assertThat(api.hits).isEmpty();
    }

    private TransactionSynchronization enqueuesAtTheEnd() {
        return new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                request().enqueue();
            }

            @Override
            public void afterCompletion(int status) {
                request().enqueue();
            }
        };
    }

    void start(String... properties) {
        context = App.start(
                app(),
                url,
                Stream.concat(Arrays.stream(properties()), Arrays.stream(properties))
                        .toArray(String[]::new));
    }

    private String user() {
        return url.startsWith("jdbc:h2") ? "sa" : "postgres";
    }

    private void inTransaction(boolean rollBack, Runnable work) {
        template(context.getBean(PlatformTransactionManager.class)).executeWithoutResult(status -> {
            work.run();
            if (rollBack) {
                status.setRollbackOnly();
            }
        });
    }

    private static TransactionTemplate template(PlatformTransactionManager manager) {
        var template = new TransactionTemplate(manager);
        template.setPropagationBehavior(TransactionTemplate.PROPAGATION_REQUIRES_NEW);
        return template;
    }

    Request.Builder request() {
        return client().get(api.now()).callback(App.NoteCallback.class);
    }

    private List<Request> three() {
        return Stream.generate(() -> request().build()).limit(3).toList();
    }

    private PatientHttpClient client() {
        return context.getBean(PatientHttpClient.class);
    }

    private App.Notes notes() {
        return context.getBean(App.Notes.class);
    }

    private static ConditionFactory atMostTenSeconds() {
        return await().atMost(Duration.ofSeconds(10)).pollInterval(Duration.ofMillis(20));
    }
}
