package io.patienthttp.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.patienthttp.Callback;
import io.patienthttp.Failure;
import io.patienthttp.Response;
import io.patienthttp.fixture.RecordingServer;
import io.patienthttp.fixture.RecordingServer.Answer;
import io.patienthttp.fixture.RecordingServer.Received;
import io.patienthttp.runtime.InlinePatientHttp;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.AwsSessionCredentialsIdentity;

/** Requests that are signed for AWS, checked by a server that computes the signature for itself (parity 43). */
class AwsSignerTest {

    private static final String SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    private static final Pattern AUTHORIZATION = Pattern.compile(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})");

    private final RecordingServer server = new RecordingServer();
    private final List<String> failures = new ArrayList<>();

    @AfterEach
    void close() {
        server.close();
    }

    private InlinePatientHttp http(AwsSigner signer) {
        return InlinePatientHttp.builder()
                .callback(new Callback() {
                    @Override
                    public void onComplete(Response response) {}

                    @Override
                    public void onError(Failure failure) {
                        failures.add(failure.message());
                    }

                    @Override
                    public String name() {
                        return "aws";
                    }
                })
                .sending(sending -> sending.preprocessor("aws", signer))
                .build();
    }

    /** "get-vanilla" of the test suite that AWS published for Signature Version 4. */
    @Test
    void theServersSideComputesThePublishedSignature() {
        var headers = Map.of("host", "example.amazonaws.com", "x-amz-date", "20150830T123600Z");

        assertThat(SigV4.signature(
                        SECRET,
                        "GET",
                        URI.create("https://example.amazonaws.com/"),
                        headers,
                        new byte[0],
                        "20150830/us-east-1/service/aws4_request"))
                .isEqualTo("5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
    }

    @Test
    void theServerComputesTheSignatureThatItGets() {
        try (var http = http(AwsSigner.of("AKIDEXAMPLE", SECRET).signingFor("bedrock", "eu-west-1"))) {
            http.post(server.url("/model/a-model/invoke?b=2"))
                    .param("a", "1")
                    .header("anthropic-version", "2023-06-01")
                    .header("x-own", "not signed")
                    .json(Map.of("prompt", "grün"))
                    .preprocessors("aws")
                    .callback("aws")
                    .enqueue();
            http.get(server.url("/")).preprocessors("aws").callback("aws").enqueue();
        }

        assertThat(failures).isEmpty();
        assertThat(signedHeaders(server.received().get(0)))
                .contains("host", "content-type", "anthropic-version", "x-amz-date")
                .doesNotContain("x-own", "x-request-id", "user-agent");
        assertThat(server.received())
                .hasSize(2)
                .allSatisfy(received -> verify(received, "eu-west-1/bedrock/aws4_request"));
    }

    @Test
    void aRedirectWithinTheOriginIsSignedAnewAndAnotherOriginGetsNoSignature() {
        var other = new RecordingServer();
        server.answering(request -> switch (request.target()) {
            case "/first" -> Answer.redirect(307, "/second");
            default -> Answer.redirect(307, other.url("/third"));
        });
        try (other;
                var http = http(AwsSigner.of("AKIDEXAMPLE", SECRET).signingFor("s3", "us-east-1"))) {
            http.put(server.url("/first"))
                    .body("x")
                    .preprocessors("aws")
                    .callback("aws")
                    .enqueue();

            assertThat(server.received())
                    .hasSize(2)
                    .allSatisfy(received -> verify(received, "us-east-1/s3/aws4_request"));
            assertThat(other.only().headers().names())
                    .doesNotContain("authorization", "x-amz-date", "x-amz-content-sha256");
        }
    }

    @Test
    void credentialsAreAskedForWheneverItSigns() {
        var asked = new AtomicInteger();
        var signer = AwsSigner.of(() -> {
                    asked.incrementAndGet();
                    return AwsSessionCredentialsIdentity.create("AKIDEXAMPLE", SECRET, "session");
                })
                .signingFor("bedrock", "us-east-1");
        try (var http = http(signer)) {
            http.get(server.url("/")).preprocessors("aws").callback("aws").enqueue();
            http.get(server.url("/")).preprocessors("aws").callback("aws").enqueue();
        }

        assertThat(asked).hasValue(2);
        assertThat(server.received()).allSatisfy(received -> {
            verify(received, "us-east-1/bedrock/aws4_request");
            assertThat(received.headers().get("x-amz-security-token")).contains("session");
        });
    }

    @Test
    void aHostThatIsNotOfAwsFailsWithoutBeingAsked() {
        try (var http = http(AwsSigner.of(AwsSignerTest::noCredentials))) {
            http.get(server.url("/")).preprocessors("aws").callback("aws").enqueue();
        }

        assertThat(failures).containsExactly("preprocessor aws failed: java.lang.IllegalArgumentException");
        assertThat(server.received()).isEmpty();
    }

    private static AwsCredentialsIdentity noCredentials() {
        throw new AssertionError("nothing is signed");
    }

    @ParameterizedTest
    @CsvSource({
        "bedrock-runtime.us-east-1.amazonaws.com,bedrock,us-east-1",
        "bedrock-runtime-fips.us-gov-west-1.amazonaws.com,bedrock,us-gov-west-1",
        "bedrock-agent-runtime.eu-central-1.amazonaws.com,bedrock,eu-central-1",
        "bedrock-runtime.us-east-1.api.aws,bedrock,us-east-1",
        "bedrock.us-west-2.amazonaws.com,bedrock,us-west-2",
        "Lambda.EU-West-1.amazonaws.com,lambda,eu-west-1",
        "lambda-fips.us-east-2.amazonaws.com,lambda,us-east-2",
        "sqs.cn-north-1.amazonaws.com.cn,sqs,cn-north-1",
        "sqs.cn-north-1.api.amazonwebservices.com.cn,sqs,cn-north-1",
        "abc123.execute-api.us-east-1.amazonaws.com,execute-api,us-east-1",
        "bucket.name.s3.ap-south-1.amazonaws.com,s3,ap-south-1"
    })
    void serviceAndRegionAreReadFromTheHost(String host, String service, String region) {
        assertThat(AwsSigner.scopeOf(host)).isEqualTo(new AwsSigner.Scope(service, region));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "iam.amazonaws.com",
                "us-east-1.amazonaws.com",
                "sqs.us-east-1.amazonaws.com.evil.org",
                "sqs.us-east-1.example.com"
            })
    void aHostThatDoesNotSayItIsRefused(String host) {
        assertThatThrownBy(() -> AwsSigner.scopeOf(host))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("signingFor(..), was " + host);
    }

    private static List<String> signedHeaders(Received received) {
        var matcher =
                AUTHORIZATION.matcher(received.headers().get("authorization").orElseThrow());
        assertThat(matcher.matches()).isTrue();
        return List.of(matcher.group(2).split(";"));
    }

    private void verify(Received received, String scope) {
        var matcher =
                AUTHORIZATION.matcher(received.headers().get("authorization").orElseThrow());
        assertThat(matcher.matches()).isTrue();
        assertThat(matcher.group(1)).endsWith("/" + scope);
        var headers = new LinkedHashMap<String, String>();
        signedHeaders(received)
                .forEach(name -> headers.put(name, received.headers().get(name).orElseThrow()));
        var url = URI.create(server.url(received.target()));

        assertThat(matcher.group(3))
                .isEqualTo(SigV4.signature(SECRET, received.method(), url, headers, received.body(), matcher.group(1)));
    }
}
