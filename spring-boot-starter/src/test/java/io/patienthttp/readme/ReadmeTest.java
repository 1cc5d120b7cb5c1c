package io.patienthttp.readme;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.observation.ObservationRegistry;
import io.patienthttp.Callback;
import io.patienthttp.Failure;
import io.patienthttp.Listener;
import io.patienthttp.Method;
import io.patienthttp.Outcome;
import io.patienthttp.PatientHttpClient;
import io.patienthttp.Request;
import io.patienthttp.RequestTemplate;
import io.patienthttp.Response;
import io.patienthttp.Secret;
import io.patienthttp.dbscheduler.DbSchedulerSchema;
import io.patienthttp.micrometer.ObservationTracing;
import io.patienthttp.processor.OutcomeJson;
import io.patienthttp.processor.Processor;
import io.patienthttp.processor.Task;
import io.patienthttp.processor.TaskHandler;
import io.patienthttp.runtime.HttpSender;
import io.patienthttp.runtime.InlinePatientHttp;
import io.patienthttp.runtime.PatientHttp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The examples of the README compile: their lines stand here, between the marks, as they stand there. */
class ReadmeTest {

    @Test
    void everyLineOfTheExamplesStandsHere() throws IOException {
        var readme = Files.readString(Path.of("..", "README.md"));
        var here = Files.readString(Path.of("src/test/java/io/patienthttp/readme/ReadmeTest.java"));
        var compiled = here.lines().map(ReadmeTest::code).toList();

        var examples = withoutTests(readme).split("```java\n");
        assertThat(examples).hasSize(6);
        for (int i = 1; i < examples.length; i++) {
            var example = examples[i].substring(0, examples[i].indexOf("```"));
            assertThat(example.lines().map(ReadmeTest::code).toList()).isSubsetOf(compiled);
        }
    }

    /** The examples of the test kit stand in its own tests. */
    private static String withoutTests(String readme) {
        return readme.replaceFirst("(?s)## Testing your application.*?\n(?=## )", "");
    }

    /** Without indentation, comments at the end and modifiers that a nested class needs. */
    private static String code(String line) {
        return line.replaceFirst("\\s+//.*$", "")
                .strip()
                .replaceFirst("^static class", "class")
                .replaceAll("\\s+", " ");
    }

    // spotless:off
    @Service
    static class Summaries {

        private final RequestTemplate openai;

        Summaries(PatientHttpClient http) {
            openai = http.template("https://api.openai.com/v1/")
                    .header("Authorization", Secret.named("openai").prefixed("Bearer "))
                    .timeout(Duration.ofMinutes(5))
                    .callback(SummaryCallback.class)
                    .build();
        }

        @Transactional
        public void summarize(long documentId, Map<String, Object> prompt) {
            openai.post("responses").json(prompt).callbackArgs(Map.of("document", documentId)).enqueue();
        }
    }

    @Component
    static class SummaryCallback implements Callback {

        private final JdbcClient jdbc;

        SummaryCallback(JdbcClient jdbc) {
            this.jdbc = jdbc;
        }

        @Override
        public void onComplete(Response response) {
            jdbc.sql("UPDATE documents SET summary = ? WHERE id = ?")
                    .params(response.bodyAsText(), response.callbackArgs().get("document"))
                    .update();
        }

        @Override
        public void onError(Failure failure) {
            jdbc.sql("UPDATE documents SET error = ? WHERE id = ?")
                    .params(failure.kind() + ": " + failure.message(), failure.callbackArgs().get("document"))
                    .update();
        }
    }

    /** The plain Java example, with a callback of the same name. */
    static class Plain {

        static class SummaryCallback implements Callback {

            @Override
            public void onComplete(Response response) {}

            @Override
            public void onError(Failure failure) {}
        }

        static void run(DataSource dataSource, Connection connection, Map<String, Object> thing) throws SQLException {
            PatientHttp http = PatientHttp.builder(dataSource)
                    .callback(new SummaryCallback())
                    .secret("openai", () -> System.getenv("OPENAI_API_KEY"))
                    .settings(s -> s.maxInFlight(256).requestTimeout(Duration.ofMinutes(5)))
                    .build();
            http.schema().create();
            DbSchedulerSchema.create(dataSource, "scheduled_tasks");
            http.start();

            http.post("https://api.example.com/things").json(thing).callback(SummaryCallback.class)
                    .enqueue(connection);
            connection.commit();
            http.wake();
        }
    }

    /** The example of hooks and traces. */
    static class Observed {

        private static final Logger log = LoggerFactory.getLogger(Observed.class);

        interface Pager {

            void call(String text);
        }

        static class Progress implements Listener {}

        static class SummaryCallback extends Plain.SummaryCallback {}

        static PatientHttp build(DataSource dataSource, ObservationRegistry registry, Pager pager) {
            PatientHttp observed = PatientHttp.builder(dataSource)
                    .callback(new SummaryCallback())
                    .afterCompletion(response -> log.info("{} took {}", response.requestId(), response.duration()))
                    .afterError(failure -> log.warn("{} failed: {}", failure.requestId(), failure.kind()))
                    .onDead(letter -> pager.call(letter.callback() + " gave up: " + letter.lastError()))
                    .listener(new Progress())
                    .tracing(ObservationTracing.of(registry))
                    .build();
            return observed;
        }
    }

    /** The inline example. */
    static class Inline {

        static void run(String serverOfTheTest, Map<String, Object> thing) {
            try (InlinePatientHttp http = InlinePatientHttp.builder()
                    .callback(new SummaryCallback())
                    .sending(s -> s.secret("openai", () -> "a key for tests"))
                    .build()) {
                http.post(serverOfTheTest + "/things").json(thing).callback(SummaryCallback.class).enqueue();
            }
        }

        static class SummaryCallback extends Plain.SummaryCallback {}
    }

    /** The example of a processor without a database. */
    static class Standalone {

        private final Queue queue;

        Standalone(Queue queue) {
            this.queue = queue;
        }

        interface Queue {

            CompletionStage<?> finish(String id, String outcome);

            CompletionStage<?> giveBack(String id);
        }

        record Job(String id, Request request) implements Task {}

        class JobHandler implements TaskHandler<Job> {

            @Override
            public CompletionStage<?> completed(Job job, Outcome outcome) {
                return queue.finish(job.id(), OutcomeJson.write(outcome));
            }

            @Override
            public CompletionStage<?> released(Job job) {
                return queue.giveBack(job.id());
            }
        }

        void run() throws InterruptedException {
            HttpSender http = HttpSender.builder()
                    .secret("openai", () -> System.getenv("OPENAI_API_KEY"), "https://api.openai.com")
                    .build();
            Processor<Job> processor = new Processor<>(http::send, new JobHandler(), 256);
            http.start();
            processor.start();
            processor.enqueue(new Job("1", Request.builder(Method.GET, "https://api.openai.com/v1/models")
                    .header("Authorization", Secret.named("openai").prefixed("Bearer "))
                    .build()));
            processor.stop(Duration.ofSeconds(20), Duration.ofSeconds(2));
            http.close();
        }
    }
    // spotless:on
}
