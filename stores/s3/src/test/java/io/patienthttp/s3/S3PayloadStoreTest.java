package io.patienthttp.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.robothy.s3.rest.LocalS3;
import com.robothy.s3.rest.bootstrap.LocalS3Mode;
import io.patienthttp.StorageException;
import io.patienthttp.payload.PayloadStoreContract;
import io.patienthttp.spi.PayloadStore;
import java.net.URI;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** On a server that speaks the protocol of S3. */
class S3PayloadStoreTest extends PayloadStoreContract {

    private static final String BUCKET = "payloads";

    private static LocalS3 server;
    private static S3Client s3;

    @BeforeAll
    static void start() {
        server = LocalS3.builder().port(-1).mode(LocalS3Mode.IN_MEMORY).build();
        server.start();
        s3 = S3Client.builder()
                .endpointOverride(URI.create("http://127.0.0.1:" + server.getPort()))
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("key", "secret")))
                .forcePathStyle(true)
                .build();
        s3.createBucket(bucket -> bucket.bucket(BUCKET));
    }

    @AfterAll
    static void stop() {
        s3.close();
        server.shutdown();
    }

    @Override
    protected PayloadStore open() {
        return new S3PayloadStore(s3, BUCKET);
    }

    @Override
    protected PayloadStore broken() {
        return new S3PayloadStore(s3, "no-such-bucket");
    }

    @Test
    void aPageIsOfAThousandAndTheListingGoesOn() {
        var prefix = UUID.randomUUID() + "/";
        for (int i = 0; i < 1001; i++) {
            open().store(prefix + UUID.randomUUID(), new byte[] {1});
        }

        var first = open().list(prefix, null);
        var second = open().list(prefix, first.next());

        assertThat(first.payloads()).hasSize(1000);
        assertThat(second.payloads()).hasSize(1).doesNotContainAnyElementsOf(first.payloads());
        assertThat(second.next()).isNull();
    }

    @Test
    void thePrefixSeparatesStores() {
        var key = key();
        var other = new S3PayloadStore(s3, BUCKET, "other/");

        other.store(key, new byte[] {1});

        assertThat(open().fetch(key)).isEmpty();
        assertThat(listAll(open(), key)).isEmpty();
        assertThat(listAll(other, key)).singleElement().satisfies(payload -> assertThat(payload.key())
                .isEqualTo(key));
    }

    @Test
    void aBucketThatIsGoneIsNoMissingPayload() {
        assertThatThrownBy(() -> broken().fetch(key()))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("could not fetch payload");
    }
}
