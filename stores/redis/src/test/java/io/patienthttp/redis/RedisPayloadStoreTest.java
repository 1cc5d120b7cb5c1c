package io.patienthttp.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.patienthttp.StorageException;
import io.patienthttp.payload.PayloadStoreContract;
import io.patienthttp.spi.PayloadStore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.RedisClient;
import redis.embedded.RedisServer;

/** On a real Redis. */
class RedisPayloadStoreTest extends PayloadStoreContract {

    private static RedisServer server;
    private static RedisClient redis;
    private static RedisClient nobody;

    @BeforeAll
    static void start() throws IOException {
        int port = freePort();
        server = RedisServer.newRedisServer()
                .port(port)
                .bind("127.0.0.1")
                .setting("save \"\"")
                .setting("maxmemory-policy noeviction")
                .build();
        server.start();
        redis = RedisClient.builder()
                .hostAndPort("127.0.0.1", port)
                .clientConfig(DefaultJedisClientConfig.builder()
                        .socketTimeoutMillis(60_000)
                        .build())
                .build();
        nobody = RedisClient.create("127.0.0.1", freePort());
    }

    @AfterAll
    static void stop() throws IOException {
        redis.close();
        nobody.close();
        server.stop();
    }

    @Override
    protected PayloadStore open() {
        return new RedisPayloadStore(redis);
    }

    @Override
    protected PayloadStore broken() {
        return new RedisPayloadStore(nobody);
    }

    @Test
    void aPayloadDoesNotExpire() {
        var key = key();

        open().store(key, new byte[] {1});

        assertThat(redis.ttl("patient_http:payloads:" + key))
                .as("-1: no expiry")
                .isEqualTo(-1);
    }

    @Test
    void thePrefixSeparatesStores_AndIsNoPattern() {
        var prefix = UUID.randomUUID() + "/";
        var key = prefix + UUID.randomUUID();
        var starred = new RedisPayloadStore(redis, "a*[b-c]?\\^:");
        new RedisPayloadStore(redis, "axxb1:").store(key, new byte[] {1});
        assertThat(starred.fetch(key)).isEmpty();
        assertThat(listAll(starred, prefix)).isEmpty();

        starred.store(key, new byte[] {2});

        assertThat(listAll(starred, prefix)).singleElement().satisfies(payload -> assertThat(payload.key())
                .isEqualTo(key));
        assertThat(listAll(open(), prefix)).isEmpty();
    }

    @Test
    void whatTheServerSaysOfACommandIsNotShown() {
        var key = key();
        redis.set("patient_http:payloads:" + key, "of another type");

        assertThatThrownBy(() -> open().fetch(key))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining(key)
                .cause()
                .hasMessage("the server answered WRONGTYPE")
                .hasNoCause();
    }

    @Test
    void foreignKeysBelowThePrefixAreNotListed() {
        var prefix = UUID.randomUUID() + "/";
        redis.hset("patient_http:payloads:" + prefix + "a", Map.of("mine", "yes"));
        redis.set("patient_http:payloads:" + prefix + "b", "mine");
        open().store(prefix + "c", new byte[] {1});

        assertThat(listAll(open(), prefix)).singleElement().satisfies(payload -> assertThat(payload.key())
                .isEqualTo(prefix + "c"));
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
