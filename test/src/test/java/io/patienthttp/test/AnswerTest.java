package io.patienthttp.test;

import static io.patienthttp.test.RequestPattern.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.patienthttp.Failure;
import io.patienthttp.RejectedFailure;
import io.patienthttp.TransportFailure;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Answers are what servers and networks do; anything else is refused. */
class AnswerTest {

    private static final String URL = "https://api.example.com/";

    private final RecordingCallback callback = new RecordingCallback();

    @RegisterExtension
    final TestPatientHttp http = new TestPatientHttp().callback(callback);

    @ParameterizedTest
    @CsvSource({
        "TIMEOUT, true",
        "CONNECT_TIMEOUT, false",
        "CONNECTION, false",
        "DNS, false",
        "TLS, false",
        "RESPONSE_TOO_LARGE, true",
        "PROTOCOL, true",
        "EGRESS_DENIED, false"
    })
    void aFailureIsOfItsClassAndSaysWhetherTheServerMayHaveActed(Failure.Kind kind, boolean maybeProcessed) {
        http.answer(get(URL), Answer.failure(kind));

        http.get(URL).callback(RecordingCallback.class).enqueue();
        http.deliverAll();

        assertThat(callback.failure())
                .isInstanceOf(kind == Failure.Kind.EGRESS_DENIED ? RejectedFailure.class : TransportFailure.class);
        assertThat(callback.failure().kind()).isEqualTo(kind);
        assertThat(callback.failure().maybeProcessed()).isEqualTo(maybeProcessed);
    }

    @Test
    void aConnectionMayAlsoBeLostAfterTheRequestWasSent() {
        http.answer(get(URL), Answer.failure(Failure.Kind.CONNECTION, true));

        http.get(URL).callback(RecordingCallback.class).enqueue();
        http.deliverAll();

        assertThat(callback.failure().maybeProcessed()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(names = {"CLIENT_ERROR", "TOO_MANY_REDIRECTS", "PREPARATION", "CANCELLED", "UNKNOWN"})
    void aFailureThatNoNetworkMakesIsRefused(Failure.Kind kind) {
        assertThatThrownBy(() -> Answer.failure(kind))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("kind must be one of [TIMEOUT, CONNECT_TIMEOUT, CONNECTION, DNS, TLS,")
                .hasMessageContaining("was " + kind)
                .hasMessageContaining("failOnErrorStatus(true)");
    }

    @Test
    void valuesOutOfBoundsAreRefused() {
        assertThatThrownBy(() -> Answer.status(199)).hasMessage("status must be between 200 and 599, was 199");
        assertThatThrownBy(() -> Answer.json(null).withStatus(600))
                .hasMessage("status must be between 200 and 599, was 600");
        assertThatThrownBy(() -> Answer.status(200).after(Duration.ofMillis(-1)))
                .hasMessage("delay must not be negative, was PT-0.001S");
    }
}
