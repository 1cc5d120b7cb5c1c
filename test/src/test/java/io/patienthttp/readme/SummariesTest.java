package io.patienthttp.readme;

import static io.patienthttp.test.Answer.failure;
import static io.patienthttp.test.Answer.json;
import static io.patienthttp.test.RequestPattern.post;
import static org.assertj.core.api.Assertions.assertThat;

import io.patienthttp.Failure;
import io.patienthttp.test.AutoConfigureTestPatientHttp;
import io.patienthttp.test.TestPatientHttp;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.jdbc.core.simple.JdbcClient;

@SpringBootTest
@AutoConfigureTestPatientHttp
class SummariesTest {

    private static final String RESPONSES = "https://api.openai.com/v1/responses";

    @Autowired
    TestPatientHttp http;

    @Autowired
    Summaries summaries;

    @Autowired
    JdbcClient jdbc;

    @Test
    void theSummaryIsStored() {
        http.answer(post(RESPONSES), json(Map.of("text", "Short.")));

        summaries.summarize(42, Map.of("input", "A long text."));

        assertThat(http).enqueued(post(RESPONSES).withJson(Map.of("input", "A long text.")));
        http.deliverAll();
        assertThat(stored("summary")).contains("Short.");
    }

    @Test
    void aTimeoutIsStoredAsError() {
        http.answer(post(RESPONSES), failure(Failure.Kind.TIMEOUT));

        summaries.summarize(42, Map.of("input", "A long text."));
        http.deliverAll();

        assertThat(stored("error")).startsWith("TIMEOUT");
    }

    private String stored(String column) {
        return jdbc.sql("SELECT " + column + " FROM documents WHERE id = 42")
                .query(String.class)
                .single();
    }
}
