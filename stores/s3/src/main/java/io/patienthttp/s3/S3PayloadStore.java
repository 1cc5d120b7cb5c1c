package io.patienthttp.s3;

import io.patienthttp.StorageException;
import io.patienthttp.spi.PayloadStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;

/**
 * Payloads as objects of a bucket, at Amazon or at anything that speaks its protocol. The client is yours: region,
 * endpoint, credentials, timeouts. Some other implementations of S3 need
 * {@code requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)} and {@code forcePathStyle(true)} there.
 *
 * <p>Needs {@code s3:PutObject}, {@code s3:GetObject}, {@code s3:DeleteObject} below the prefix, and {@code s3:ListBucket},
 * without which S3 answers that access is denied where an object is missing. The bucket must have no rule that expires
 * objects below the prefix; versions of deleted objects stay if it keeps versions.
 *
 * <p>Ages are the difference between when S3 says an object was modified and the {@code Date} of its answer (RFC 9110,
 * section 6.6.1), in whole seconds; the clock of this host, where an answer has no date.
 */
public final class S3PayloadStore implements PayloadStore {

    private static final String KEY_PREFIX = "patient_http/payloads/";

    private final S3Client s3;
    private final String bucket;
    private final String keyPrefix;

    /** A store whose objects begin with {@code patient_http/payloads/} (parity 73). */
    public S3PayloadStore(S3Client s3, String bucket) {
        this(s3, bucket, KEY_PREFIX);
    }

    /**
     * A store whose objects begin with that prefix.
     *
     * @param s3 used by all threads, and closed by you after Patient HTTP has stopped; bounds how long a call waits
     * @throws IllegalArgumentException if the bucket has no name
     */
    public S3PayloadStore(S3Client s3, String bucket, String keyPrefix) {
        if (bucket.isBlank()) {
            throw new IllegalArgumentException("bucket must not be blank, was \"" + bucket + "\"");
        }
        this.s3 = s3;
        this.bucket = bucket;
        this.keyPrefix = keyPrefix;
    }

    /** {@code s3}. */
    @Override
    public String name() {
        return "s3";
    }

    @Override
    public void store(String key, byte[] payload) {
        // Not fromBytes, which copies.
        var body = RequestBody.fromContentProvider(
                () -> new ByteArrayInputStream(payload), payload.length, "application/octet-stream");
        attempt(
                "store payload " + key,
                () -> s3.putObject(put -> put.bucket(bucket).key(keyPrefix + key), body));
    }

    @Override
    public Optional<byte[]> fetch(String key) {
        return attempt("fetch payload " + key, () -> {
            try {
                return Optional.of(s3.getObjectAsBytes(get -> get.bucket(bucket).key(keyPrefix + key))
                        .asByteArray());
            } catch (NoSuchKeyException e) {
                return Optional.empty();
            }
        });
    }

    @Override
    public void delete(String key) {
        attempt(
                "delete payload " + key,
                () -> s3.deleteObject(delete -> delete.bucket(bucket).key(keyPrefix + key)));
    }

    /** One call deletes as many as one page lists. */
    @Override
    public void deleteAll(Collection<String> keys) {
        if (keys.isEmpty()) {
            return;
        }
        var objects = keys.stream()
                .map(key -> ObjectIdentifier.builder().key(keyPrefix + key).build())
                .toList();
        var tried = "delete " + keys.size() + " payloads";
        var answer = attempt(
                tried,
                () -> s3.deleteObjects(delete ->
                        delete.bucket(bucket).delete(d -> d.objects(objects).quiet(true))));
        if (answer.hasErrors()) {
            var first = answer.errors().get(0);
            throw StorageException.unavailable(
                    tried, new IOException(answer.errors().size() + " were refused, the first with " + first.code()));
        }
    }

    @Override
    public Page list(String prefix, @Nullable String cursor) {
        var found = attempt(
                "list payloads below " + prefix,
                () -> s3.listObjectsV2(
                        list -> list.bucket(bucket).prefix(keyPrefix + prefix).continuationToken(cursor)));
        var now = date(found);
        var payloads = found.contents().stream()
                .map(object ->
                        new StoredPayload(object.key().substring(keyPrefix.length()), age(object.lastModified(), now)))
                .toList();
        return new Page(payloads, Boolean.TRUE.equals(found.isTruncated()) ? found.nextContinuationToken() : null);
    }

    private static Duration age(Instant modified, Instant now) {
        var age = Duration.between(modified, now);
        return age.isNegative() ? Duration.ZERO : age;
    }

    private static Instant date(ListObjectsV2Response answer) {
        try {
            return answer.sdkHttpResponse()
                    .firstMatchingHeader("Date")
                    .map(date -> ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant())
                    .orElseGet(Instant::now);
        } catch (DateTimeException e) {
            return Instant.now();
        }
    }

    private static <T> T attempt(String tried, Supplier<T> call) {
        try {
            return call.get();
        } catch (SdkException e) {
            throw StorageException.unavailable(tried, e);
        }
    }
}
