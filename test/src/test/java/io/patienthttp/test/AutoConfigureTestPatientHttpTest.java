package io.patienthttp.test;

import static io.patienthttp.test.Answer.status;
import static io.patienthttp.test.Answer.text;
import static io.patienthttp.test.RequestPattern.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.patienthttp.Callback;
import io.patienthttp.Failure;
import io.patienthttp.PatientHttpClient;
import io.patienthttp.Preprocessor;
import io.patienthttp.Response;
import io.patienthttp.runtime.PatientHttp;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

/** In a Spring context the test client takes the place of Patient HTTP. */
@SpringBootTest(
        properties = {
            "patient-http.fail-on-error-status=true",
            "spring.datasource.url=jdbc:h2:mem:kit;DB_CLOSE_DELAY=-1"
        })
@AutoConfigureTestPatientHttp
class AutoConfigureTestPatientHttpTest {

    private static final String THINGS = "https://api.example.com/things";
    private static final String NEXT = "https://api.example.com/next";

    @Autowired
    TestPatientHttp http;

    @Autowired
    PatientHttpClient client;

    @Autowired
    PollCallback callback;

    @Autowired
    TransactionTemplate transaction;

    @Autowired
    JdbcClient jdbc;

    @SpringBootConfiguration
    @EnableAutoConfiguration
    static class App {

        @Bean
        PollCallback pollCallback(PatientHttpClient client) {
            return new PollCallback(client);
        }

        @Bean
        StoreCallback storeCallback(JdbcClient jdbc, PatientHttpClient client) {
            return new StoreCallback(jdbc, client);
        }

        @Bean
        Preprocessor sign() {
            return draft -> draft.header("x-signed", "yes");
        }
    }

    /** Enqueues again as long as the answer is not there. */
    static class PollCallback implements Callback {

        private final PatientHttpClient client;
        private final List<String> done = new ArrayList<>();

        PollCallback(PatientHttpClient client) {
            this.client = client;
        }

        @Transactional
        @Override
        public void onComplete(Response response) {
            done.add(response.bodyAsText());
        }

        @Override
        public void onError(Failure failure) {
            if (failure.kind() == Failure.Kind.SERVER_ERROR) {
                client.get(failure.url().toString())
                        .callback(PollCallback.class)
                        .enqueue();
            } else {
                done.add(failure.kind() + ": " + failure.message());
            }
        }

        List<String> taken() {
            var taken = List.copyOf(done);
            done.clear();
            return taken;
        }
    }

    /** Writes, enqueues, and then fails once. */
    static class StoreCallback implements Callback {

        private final JdbcClient jdbc;
        private final PatientHttpClient client;
        private boolean failed;

        StoreCallback(JdbcClient jdbc, PatientHttpClient client) {
            this.jdbc = jdbc;
            this.client = client;
        }

        @Override
        public void onComplete(Response response) throws IOException {
            jdbc.sql("UPDATE documents SET summary = coalesce(summary, '') || 'x'")
                    .update();
            client.get(NEXT).callback(PollCallback.class).enqueue();
            if (!failed) {
                failed = true;
                throw new IOException("no");
            }
        }

        @Override
        public void onError(Failure failure) {}
    }

    @Test
    void whatACallbackThrowsRollsBackWhatItDid() {
        http.answer(get(THINGS), text("ok"));
        client.get(THINGS).callback(StoreCallback.class).enqueue();

        assertThatThrownBy(http::deliverAll).hasRootCauseMessage("no");
        assertThat(stored()).isNull();
        assertThat(http).notEnqueued(get(NEXT));
        assertThatThrownBy(http::deliverAll).hasMessageContaining("No answer is scripted");

        assertThat(stored()).isEqualTo("x");
        assertThat(http).enqueued(1, get(NEXT));
    }

    private @Nullable String stored() {
        return jdbc.sql("SELECT summary FROM documents")
                .query((row, number) -> row.getString(1))
                .list()
                .get(0);
    }

    @Test
    void beansAndPropertiesOfTheApplicationAreUsedAndNothingOfTheDatabase(
            @Autowired ObjectProvider<PatientHttp> durable) {
        http.answer(get(THINGS), status(503), text("ok"));

        client.get(THINGS).preprocessors("sign").callback(PollCallback.class).enqueue();
        http.deliverAll();

        assertThat(callback.taken()).containsExactly("ok");
        assertThat(client).isSameAs(http);
        assertThat(http).enqueued(2, get(THINGS));
        assertThat(durable.getIfAvailable()).isNull();
    }

    @Test
    void whatIsEnqueuedInATransactionThatRollsBackIsWithdrawn() {
        assertThatThrownBy(() -> transaction.executeWithoutResult(tx -> {
                    client.get(THINGS).callback(PollCallback.class).enqueue();
                    throw new IllegalStateException("no");
                }))
                .hasMessage("no");

        assertThat(http).enqueuedNothing();
        assertThatThrownBy(() -> assertThat(http).enqueued(get(THINGS)))
                .hasMessageContaining("These were enqueued, too, but their transaction rolled back:\n  GET " + THINGS);
        transaction.executeWithoutResult(
                tx -> client.get(THINGS).callback(PollCallback.class).enqueue());
        assertThat(http).enqueued(get(THINGS));
    }

    @Test
    @Transactional
    void inATestWithATransactionOfItsOwnRequestsAreThereAtOnce() {
        http.answer(get(THINGS), text("ok"));

        client.get(THINGS).callback(PollCallback.class).enqueue();
        http.deliverAll();

        assertThat(callback.taken()).containsExactly("ok");
    }

    /** Twice in one context: what the first one leaves must not reach the second one. */
    @RepeatedTest(2)
    void eachTestBeginsAnew() {
        assertThat(http).enqueuedNothing();
        assertThat(http.clock().instant()).isEqualTo(Instant.parse("2030-01-01T00:00:00Z"));
        client.get(THINGS).callback(PollCallback.class).enqueue();
        assertThat(callback.taken()).as("not inline").isEmpty();
        assertThatThrownBy(http::deliverAll).hasMessageContaining("No answer is scripted at all");

        http.inline().answer(get(THINGS), text("ok"));
        http.advance(Duration.ofDays(1));
        assertThat(callback.taken()).containsExactly("ok");
    }
}
