package io.patienthttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.patienthttp.Failure.Kind;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FailureTest {

    private static final OutcomeDetails DETAILS = OutcomeDetails.builder(
                    "id", Method.PUT, URI.create("https://example.org/a?token=hush"))
            .build();

    private static Failure of(Kind kind) {
        var response = Response.builder(DETAILS, status(kind))
                .redirects(List.of(URI.create("https://example.org/first")))
                .build();
        if (kind.type() == HttpFailure.class) {
            return HttpFailure.of(response);
        }
        if (kind.type() == RedirectFailure.class) {
            return RedirectFailure.of(kind, "words", response);
        }
        return kind.type() == TransportFailure.class
                ? TransportFailure.of(DETAILS, kind, "words", true)
                : RejectedFailure.of(DETAILS, kind, "words", true);
    }

    private static int status(Kind kind) {
        return kind == Kind.CLIENT_ERROR ? 404 : kind == Kind.SERVER_ERROR ? 503 : 302;
    }

    @ParameterizedTest
    @EnumSource
    void everyKindBelongsToOneClassWhichShowsNoSecret(Kind kind) {
        var failure = of(kind);

        assertThat(failure).isInstanceOf(kind.type());
        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure.details()).isSameAs(DETAILS);
        assertThat(failure).hasToString(kind.type().getSimpleName() + "[" + kind + " id PUT https://example.org/a]");
    }

    @ParameterizedTest
    @EnumSource
    void aKindOfAnotherClassIsRefused(Kind kind) {
        if (kind.type() != RejectedFailure.class) {
            assertThatThrownBy(() -> RejectedFailure.of(DETAILS, kind, "", false))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(kind + ", which is a " + kind.type().getSimpleName());
        }
        if (kind.type() != TransportFailure.class) {
            assertThatThrownBy(() -> TransportFailure.of(DETAILS, kind, "", false))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        if (kind.type() != RedirectFailure.class) {
            var response = Response.builder(DETAILS, 302).build();
            assertThatThrownBy(() -> RedirectFailure.of(kind, "", response))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aServerThatAnsweredMayHaveActed() {
        assertThat(of(Kind.CLIENT_ERROR).maybeProcessed()).isTrue();
        assertThat(of(Kind.REDIRECT_LOOP).maybeProcessed()).isTrue();
        assertThat(((RedirectFailure) of(Kind.REDIRECT_LOOP)).redirects()).hasSize(1);
        assertThat(of(Kind.SERVER_ERROR).message()).isEqualTo("the server answered with status 503");
    }
}
