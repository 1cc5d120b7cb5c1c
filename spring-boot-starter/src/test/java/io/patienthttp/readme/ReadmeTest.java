package io.patienthttp.readme;

import static org.assertj.core.api.Assertions.assertThat;

import io.patienthttp.Callback;
import io.patienthttp.Failure;
import io.patienthttp.PatientHttpClient;
import io.patienthttp.RequestTemplate;
import io.patienthttp.Response;
import io.patienthttp.Secret;
import io.patienthttp.dbscheduler.DbSchedulerSchema;
import io.patienthttp.runtime.PatientHttp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
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

        var examples = readme.split("```java\n");
        assertThat(examples).hasSize(3);
        for (int i = 1; i < examples.length; i++) {
            var example = examples[i].substring(0, examples[i].indexOf("```"));
            assertThat(example.lines().map(ReadmeTest::code).toList()).isSubsetOf(compiled);
        }
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
    // spotless:on
}
