package io.patienthttp.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.patienthttp.Failure;
import io.patienthttp.Method;
import io.patienthttp.RequestState;
import io.patienthttp.Response;
import io.patienthttp.StorageException;
import io.patienthttp.spi.RequestStore;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Values that a database cannot store or give back: each is refused or fails alone, and the others are not harmed. */
abstract class StoredValuesContract extends PipelineFixture {

    private static final int OTHERS = 20;

    @Test
    void anElementThatTheDatabaseRefusesStoresNothingOfItsCall() {
        var http = start(s -> {});
        execute("ALTER TABLE patient_http_requests ADD CONSTRAINT refused CHECK (request NOT LIKE '%poison%')");
        var requests = new ArrayList<>(gets(OTHERS, 0));
        requests.add(
                10,
                http.get(server.url("/slow?poison"))
                        .callback(RecordingCallback.class)
                        .build());
        var before = http.enqueueAll(gets(OTHERS, 0));

        assertThatThrownBy(() -> http.enqueueAll(requests))
                .isInstanceOfSatisfying(
                        StorageException.class, e -> assertThat(e.reason()).isEqualTo(StorageException.Reason.REFUSED))
                .hasStackTraceContaining("SQL state 23")
                .satisfies(e -> assertThat(stackTrace(e)).doesNotContain("poison"));

        requests.remove(10);
        var after = http.enqueueAll(requests);
        awaitDelivered(2 * OTHERS);
        awaitEmpty(http);
        assertThat(server.hits()).hasSize(2 * OTHERS).containsKeys(before.get(0), after.get(0));
    }

    @Test
    void aValueThatNoDatabaseCouldStoreIsRefusedAtTheCall() {
        var http = build(s -> {});

        assertThatThrownBy(() -> http.get("http://" + "a.".repeat(127) + "example/"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("url must name a host of at most 253 characters (RFC 1035, section 2.3.4)")
                .hasMessageContaining("261");
        assertThatThrownBy(() -> get(http, 0).concurrencyKey("a\0"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("NUL");
        assertThatThrownBy(() -> get(http, 0).callbackArgs(Map.of("list", List.of("ok", "a\ud800b"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("callbackArgs[\"list\"][1] must not contain an unpaired surrogate, at index 1");
        assertThatThrownBy(() -> http.post(server.slow(0)).body("\udc00"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("body must not contain an unpaired surrogate, at index 0");
        assertThat(http.operations().counts()).containsEntry(RequestState.PENDING, 0L);
    }

    @Test
    void charactersThatDatabasesDisagreeOnComeBackAsTheyWere() {
        var http = start(s -> {});
        var args =
                Map.<String, Object>of("nul\0key", "a\0b", "pair", "a\ud83d\ude00b", "list", List.of("\0", "\uffff"));

        var id = http.request(Method.POST, server.slow(0))
                .body("a\0\ud83d\ude00")
                .callback(RecordingCallback.class)
                .callbackArgs(args)
                .enqueue();

        awaitDelivered(1);
        awaitEmpty(http);
        assertThat(callback.outcomes.get(id))
                .singleElement()
                .isInstanceOfSatisfying(
                        Response.class,
                        response -> assertThat(response.callbackArgs().toMap()).isEqualTo(args));
    }

    @Test
    void aDamagedRequestCompletesAsUnreadable() {
        var http = build(s -> {});
        var id = get(http, 0).enqueue();
        execute("UPDATE patient_http_requests SET request = '{\"method\":\"GET\"}'");
        http.start();

        awaitDelivered(1);
        var failure = (Failure) callback.outcomes.get(id).get(0);
        assertThat(failure.kind()).isEqualTo(Failure.Kind.UNREADABLE);
        assertThat(failure.method()).isEqualTo(Method.GET);
        assertThat(failure.url()).hasToString("//127.0.0.1");
        assertThat(server.hits()).isEmpty();
    }

    @Test
    void anOutcomeThatTheDatabaseRefusesCompletesAsUnstorableAndTheOthersCommit() {
        var http = build(s -> {});
        execute("ALTER TABLE patient_http_requests ADD CONSTRAINT refused CHECK (outcome NOT LIKE '%poison%')");
        var ids = http.enqueueAll(gets(20, 300));
        var poison = http.get(server.url("/slow?delay=300&poison"))
                .callback(RecordingCallback.class)
                .enqueue();

        http.start();

        awaitDelivered(21);
        assertThat(((Failure) callback.outcomes.get(poison).get(0)).kind()).isEqualTo(Failure.Kind.UNSTORABLE);
        assertThat(ids)
                .allSatisfy(id ->
                        assertThat(callback.outcomes.get(id)).singleElement().isInstanceOf(Response.class));
        assertThat(server.hitCount()).as("nothing is sent again").isEqualTo(21);
    }

    @Test
    void anAnswerThatIsTooLargeToBeReadWithItsRowIsDelivered() {
        int size = 2 * RequestStore.LARGE_OUTCOME;
        var http = start(s -> {});

        var id = http.get(server.url("/slow?random=bytes&size=" + size))
                .callback(RecordingCallback.class)
                .enqueue();

        awaitDelivered(1);
        awaitEmpty(http);
        assertThat(callback.outcomes.get(id))
                .singleElement()
                .isInstanceOfSatisfying(Response.class, response -> assertThat(response.bodyAsBytes())
                        .isEqualTo(server.body(size, "bytes")));
    }

    private static String stackTrace(Throwable thrown) {
        var text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
