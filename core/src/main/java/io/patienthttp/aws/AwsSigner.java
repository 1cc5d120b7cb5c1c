package io.patienthttp.aws;

import io.patienthttp.Preprocessor;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/**
 * Signs requests with AWS Signature Version 4 (parity 43), for each attempt and each redirect within the same origin.
 * Register it under a name, and let it be the last preprocessor of a request: what is changed after it is not signed.
 *
 * <p>Needs {@code software.amazon.awssdk:http-auth-aws} on the class path, which Patient HTTP does not bring along. Signs
 * the headers host, content-type, anthropic-version and its own, and sets all but host. Immutable and safe for all
 * threads.
 */
public final class AwsSigner implements Preprocessor {

    /** {@code <service>.<region>.<suffix>}, where labels of a bucket or an API may stand before the service. */
    private static final Pattern HOST = Pattern.compile("(?:.+\\.)?([a-z0-9-]+)\\.([a-z]{2}(?:-[a-z]+)+-\\d+)\\."
            + "(?:amazonaws\\.com|api\\.aws|amazonaws\\.com\\.cn|api\\.amazonwebservices\\.com\\.cn)");

    /** Endpoints of Bedrock, which all sign as {@code bedrock}. */
    private static final Set<String> BEDROCK = Set.of("bedrock-runtime", "bedrock-agent-runtime", "agent-runtime");

    private static final Set<String> SIGNED_HEADERS = Set.of("content-type", "anthropic-version");

    private final AwsV4HttpSigner signer = AwsV4HttpSigner.create();
    private final Supplier<? extends AwsCredentialsIdentity> credentials;
    private final @Nullable Scope scope;

    private AwsSigner(Supplier<? extends AwsCredentialsIdentity> credentials, @Nullable Scope scope) {
        this.credentials = credentials;
        this.scope = scope;
    }

    /**
     * A signer that asks for credentials whenever it signs, on a thread that may block up to 10 seconds: {@code
     * AwsSigner.of(credentialsProvider::resolveCredentials)}. Service and region are read from the host; a request to
     * one that does not name them fails.
     */
    public static AwsSigner of(Supplier<? extends AwsCredentialsIdentity> credentials) {
        return new AwsSigner(credentials, null);
    }

    /** A signer with these credentials. */
    public static AwsSigner of(String accessKeyId, String secretAccessKey) {
        var credentials = AwsCredentialsIdentity.create(accessKeyId, secretAccessKey);
        return of(() -> credentials);
    }

    /** The same signer for that service and region, whatever the host says. */
    public AwsSigner signingFor(String service, String region) {
        return new AwsSigner(credentials, new Scope(notBlank("service", service), notBlank("region", region)));
    }

    private static String notBlank(String field, String value) {
        if (value.isBlank()) {
            throw new IllegalArgumentException(field + " must not be blank, was \"" + value + "\"");
        }
        return value;
    }

    @Override
    public void process(Draft draft) {
        var of = scope == null ? scopeOf(draft.url().getHost()) : scope;
        // S3 is the exception to encoding a path twice and to removing its dot segments, as AWS's manual of SigV4 says.
        var isS3 = of.service().equals("s3");
        var signed = signer.sign(sign -> sign.identity(credentials.get())
                .request(unsigned(draft))
                .payload(draft.body().map(ContentStreamProvider::fromByteArray).orElse(null))
                .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, of.service())
                .putProperty(AwsV4HttpSigner.REGION_NAME, of.region())
                .putProperty(AwsV4HttpSigner.DOUBLE_URL_ENCODE, !isS3)
                .putProperty(AwsV4HttpSigner.NORMALIZE_PATH, !isS3));
        signed.request().forEachHeader((name, values) -> {
            var key = name.toLowerCase(Locale.ROOT);
            if (!key.equals("host") && !SIGNED_HEADERS.contains(key)) {
                draft.header(key, String.join(",", values));
            }
        });
    }

    private static SdkHttpRequest unsigned(Draft draft) {
        var request = SdkHttpRequest.builder()
                .method(SdkHttpMethod.fromValue(draft.method().name()))
                .uri(draft.url());
        draft.headers().forEach((name, value) -> {
            if (SIGNED_HEADERS.contains(name)) {
                request.putHeader(name, value);
            }
        });
        return request.build();
    }

    static Scope scopeOf(String host) {
        var matcher = HOST.matcher(host.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "the host must be <service>.<region>.amazonaws.com or alike, else give signingFor(..), was "
                            + host);
        }
        var service = matcher.group(1).replaceFirst("-fips$", "");
        return new Scope(BEDROCK.contains(service) ? "bedrock" : service, matcher.group(2));
    }

    /** What a signature is good for. */
    record Scope(String service, String region) {}
}
