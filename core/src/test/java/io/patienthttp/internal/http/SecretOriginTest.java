package io.patienthttp.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.patienthttp.Failure;
import io.patienthttp.Method;
import io.patienthttp.Origin;
import io.patienthttp.RejectedFailure;
import io.patienthttp.Request;
import io.patienthttp.Secret;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A secret that is bound to origins is never sent to another, and not even looked up for one. */
class SecretOriginTest extends SenderFixture {

    private final List<String> lookedUp = new ArrayList<>();

    @BeforeEach
    void bind() {
        source = new SecretSource() {
            @Override
            public Optional<String> find(String name) {
                lookedUp.add(name);
                return Optional.of("s3cret");
            }

            @Override
            public Set<Origin> origins(String name) {
                return name.equals("bound") ? Set.of(Origin.parse("https://api.example.com")) : Set.of();
            }
        };
    }

    @Test
    void itGoesToItsOriginInHeaderAndParameter() {
        transport.answer(200, Map.of());

        send(request(Method.GET, "https://API.example.com:443/a")
                .header("a", Secret.named("bound"))
                .param("b", Secret.named("bound")));

        assertThat(only().headers()).containsEntry("a", "s3cret");
        assertThat(only().url()).hasToString("https://API.example.com:443/a?b=s3cret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://api.example.com/", "https://api.example.com:8443/", "https://evil.example.com/"})
    void itIsRefusedForAnotherOrigin(String url) {
        refused(request(Method.GET, url).header("a", Secret.named("bound")), Origin.of(java.net.URI.create(url)));
        refused(request(Method.GET, url).param("a", Secret.named("bound")), Origin.of(java.net.URI.create(url)));
    }

    private void refused(Request.Builder request, Origin origin) {
        var failure = (RejectedFailure) outcome(request);

        assertThat(failure.kind()).isEqualTo(Failure.Kind.PREPARATION);
        assertThat(failure.message())
                .isEqualTo("secret bound is bound to [https://api.example.com] and must not be sent to " + origin);
        assertThat(failure.maybeProcessed()).isFalse();
        assertThat(transport.requests).isEmpty();
        assertThat(lookedUp).isEmpty();
    }

    @Test
    void valuesAreLookedUpForEachHopAndANameMayCarryAKey() {
        transport.redirect(307, "/b").answer(200, Map.of());

        send(request(Method.POST, "https://h/a").header("a", Secret.named("oauth/user-42")));

        assertThat(lookedUp).containsExactly("oauth/user-42", "oauth/user-42");
        assertThat(transport.requests).hasSize(2).allSatisfy(hop -> assertThat(hop.headers())
                .containsEntry("a", "s3cret"));
    }
}
