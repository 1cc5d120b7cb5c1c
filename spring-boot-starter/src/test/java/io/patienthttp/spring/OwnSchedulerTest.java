package io.patienthttp.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.task.Task;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import io.patienthttp.PatientHttpClient;
import io.patienthttp.fixture.Databases;
import io.patienthttp.runtime.PatientHttp;
import io.patienthttp.spi.CallbackQueue;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.JdbcTemplate;

/** With the scheduler of db-scheduler's own starter. */
class OwnSchedulerTest {

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void callbacksRunOnTheApplicationsSchedulerWheneverItStarts(boolean delayed) throws Exception {
        try (var api = new SlowApi();
                var context = App.start(
                        Own.class,
                        url(),
                        "db-scheduler.enabled=true",
                        "db-scheduler.polling-interval=10s",
                        "db-scheduler.delay-startup-until-context-ready=" + delayed)) {
            var notes = context.getBean(App.Notes.class);

            context.getBean(PatientHttpClient.class)
                    .get(api.now())
                    .callback(App.NoteCallback.class)
                    .enqueue();

            await().atMost(Duration.ofSeconds(10)).until(() -> notes.count() == 1 && notes.requests() == 0);
            assertThat(context.getBean(CallbackQueue.class).engineName()).isEmpty();
            assertThat(context.getBean("noteCallback", App.NoteCallback.class).thread)
                    .startsWith("db-scheduler");

            context.getBean(Scheduler.class)
                    .schedule(context.getBean(Own.class).mine.instance("1"), Instant.now());
            context.getBean(Scheduler.class).triggerCheckForDueExecutions();
            assertThat(context.getBean(Own.class).ran.await(10, TimeUnit.SECONDS))
                    .isTrue();
        }
    }

    @Test
    void theTableOfTheApplicationsSchedulerIsUsed() throws Exception {
        try (var api = new SlowApi();
                var context =
                        App.start(Own.class, url(), "db-scheduler.enabled=true", "db-scheduler.table-name=my_tasks")) {
            var notes = context.getBean(App.Notes.class);

            context.getBean(PatientHttpClient.class)
                    .get(api.now())
                    .callback(App.NoteCallback.class)
                    .enqueue();

            await().atMost(Duration.ofSeconds(10)).until(() -> notes.count() == 1);
            assertThat(context.getBean(JdbcTemplate.class)
                            .queryForList(
                                    "SELECT lower(table_name) FROM information_schema.tables"
                                            + " WHERE lower(table_name) IN ('my_tasks', 'scheduled_tasks')",
                                    String.class))
                    .containsExactly("my_tasks");
        }
    }

    @Test
    void callbacksAreDeliveredBeforeTheApplicationsSchedulerStops() throws Exception {
        var url = url();
        try (var api = new SlowApi()) {
            var context = App.start(Own.class, url, "db-scheduler.enabled=true");
            context.getBean(PatientHttpClient.class)
                    .get(api.held())
                    .callback(App.NoteCallback.class)
                    .enqueue();
            await().atMost(Duration.ofSeconds(10)).until(() -> !api.hits.isEmpty());

            var closed = CompletableFuture.runAsync(context::close);
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> context.getBean(PatientHttp.class).isStopping());
            api.release();

            assertThat(closed).succeedsWithin(Duration.ofSeconds(10));
        }
        try (var pool = Databases.pool(url, "sa", 1)) {
            var jdbc = new JdbcTemplate(pool);
            assertThat(jdbc.queryForObject("SELECT count(*) FROM notes", Integer.class))
                    .isEqualTo(1);
            assertThat(jdbc.queryForObject("SELECT count(*) FROM scheduled_tasks", Integer.class))
                    .isZero();
        }
    }

    private static String url() {
        try (var pool = Databases.h2()) {
            return pool.getJdbcUrl();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Import(App.class)
    static class Own {

        final CountDownLatch ran = new CountDownLatch(1);
        final com.github.kagkarlsson.scheduler.task.helper.OneTimeTask<Void> mine =
                Tasks.oneTime("mine").execute((instance, context) -> ran.countDown());

        @Bean
        Task<Void> mine() {
            return mine;
        }
    }
}
