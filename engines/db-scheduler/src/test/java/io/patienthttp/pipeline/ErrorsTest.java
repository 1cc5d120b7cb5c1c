package io.patienthttp.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.patienthttp.Failure;
import io.patienthttp.Response;
import io.patienthttp.fixture.Databases;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Errors of the virtual machine in code of the application and in stored data: our threads survive them. */
class ErrorsTest extends PipelineFixture {

    private static final int OTHERS = 20;

    @Override
    HikariDataSource database() {
        return Databases.h2();
    }

    @ParameterizedTest
    @EnumSource
    void aCallbackThatRunsOutOfItIsRunAgain(Resource resource) {
        callback.failFirst = 1;
        callback.failure = resource::exhaust;
        var http = start(s -> {});

        http.enqueueAll(gets(1 + OTHERS, 0));

        awaitDelivered(1 + OTHERS);
        awaitEmpty(http);
        assertThat(callback.runs).hasValue(2 + OTHERS);
    }

    @ParameterizedTest
    @EnumSource
    void aRequestWhosePreprocessorRunsOutOfItFailsAlone(Resource resource) {
        hostile = resource::exhaust;
        var http = start(s -> {});
        var hostile = get(http, 0).preprocessors("hostile").enqueue();

        var others = http.enqueueAll(gets(OTHERS, 0));

        awaitDelivered(1 + OTHERS);
        var failure = (Failure) callback.outcomes.get(hostile).get(0);
        assertThat(failure.kind()).isEqualTo(Failure.Kind.PREPARATION);
        assertThat(failure.message()).contains(resource.error.getName());
        assertThat(failure.maybeProcessed()).isFalse();
        assertThat(server.hits()).doesNotContainKey(hostile);
        assertDelivered(others);
    }

    @Test
    void aStoredRequestThatIsTooDeepToReadFailsAlone() {
        var http = build(s -> {});
        var deep = get(http, 0).enqueue();
        execute("UPDATE patient_http_requests SET request = '" + "[".repeat(100_000) + "'");
        var others = http.enqueueAll(gets(OTHERS, 0));

        http.start();

        awaitDelivered(1 + OTHERS);
        assertThat(((Failure) callback.outcomes.get(deep).get(0)).kind()).isEqualTo(Failure.Kind.UNREADABLE);
        assertDelivered(others);
    }

    @Test
    void aCallbackThatFailsNineTimesIsDeliveredAtTheTenth() {
        callback.failFirst = 9;
        var http = start(s -> s.callbackLongestBackoff(Duration.ofMillis(50)));

        var id = get(http, 0).enqueue();

        awaitDelivered(1);
        awaitEmpty(http);
        assertThat(callback.runs).hasValue(10);
        assertThat(server.hits().get(id)).hasSize(1);
        assertThat(dead).isEmpty();
    }

    private void assertDelivered(List<String> ids) {
        assertThat(ids)
                .allSatisfy(id ->
                        assertThat(callback.outcomes.get(id)).singleElement().isInstanceOf(Response.class));
    }

    /** What a thread or the virtual machine can run out of. */
    enum Resource {
        STACK(StackOverflowError.class),
        HEAP(OutOfMemoryError.class);

        private final Class<? extends Error> error;

        Resource(Class<? extends Error> error) {
            this.error = error;
        }

        void exhaust() {
            if (this == HEAP) {
                throw new AssertionError("was allocated: " + new long[Integer.MAX_VALUE].length);
            }
            descend(1);
        }

        private static int descend(int depth) {
            return depth < 0 ? 0 : 1 + descend(depth + 1);
        }
    }
}
