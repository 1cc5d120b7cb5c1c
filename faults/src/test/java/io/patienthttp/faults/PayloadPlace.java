package io.patienthttp.faults;

import com.robothy.s3.rest.LocalS3;
import com.robothy.s3.rest.bootstrap.LocalS3Mode;
import io.patienthttp.jdbc.JdbcTransactions;
import io.patienthttp.payload.FilePayloadStore;
import io.patienthttp.payload.JdbcPayloadStore;
import io.patienthttp.redis.RedisPayloadStore;
import io.patienthttp.s3.S3PayloadStore;
import io.patienthttp.spi.PayloadStore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.sql.DataSource;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.RedisClient;
import redis.embedded.RedisServer;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** Where payloads are kept: a server or a directory that outlives the processes. */
enum PayloadPlace {
    FILE {
        @Override
        Place start() throws IOException {
            var directory = Files.createTempDirectory("payloads");
            return new Place(directory.toString(), () -> delete(directory));
        }

        @Override
        PayloadStore open(String address, DataSource database) {
            return new FilePayloadStore(Path.of(address));
        }
    },

    JDBC {
        @Override
        Place start() {
            return new Place("the database", () -> {});
        }

        @Override
        PayloadStore open(String address, DataSource database) {
            return new JdbcPayloadStore(JdbcTransactions.of(database), "patient_http_");
        }
    },

    REDIS {
        @Override
        Place start() throws IOException {
            int port = freePort();
            var server = RedisServer.newRedisServer()
                    .port(port)
                    .bind("127.0.0.1")
                    .setting("save \"\"")
                    .setting("maxmemory-policy noeviction")
                    .build();
            server.start();
            return new Place(Integer.toString(port), server::stop);
        }

        @Override
        PayloadStore open(String address, DataSource database) {
            var config = DefaultJedisClientConfig.builder()
                    .socketTimeoutMillis(60_000)
                    .build();
            return new RedisPayloadStore(RedisClient.builder()
                    .hostAndPort("127.0.0.1", Integer.parseInt(address))
                    .clientConfig(config)
                    .build());
        }
    },

    S3 {
        @Override
        Place start() {
            var server = LocalS3.builder().port(-1).mode(LocalS3Mode.IN_MEMORY).build();
            server.start();
            var address = Integer.toString(server.getPort());
            try (var client = client(address)) {
                client.createBucket(bucket -> bucket.bucket("payloads"));
            }
            return new Place(address, server::shutdown);
        }

        @Override
        PayloadStore open(String address, DataSource database) {
            return new S3PayloadStore(client(address), "payloads");
        }

        private S3Client client(String port) {
            return S3Client.builder()
                    .endpointOverride(URI.create("http://127.0.0.1:" + port))
                    .region(Region.US_EAST_1)
                    .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("key", "secret")))
                    .forcePathStyle(true)
                    .build();
        }
    };

    /** Starts it. */
    abstract Place start() throws IOException;

    /** The store, as each process opens it for itself. */
    abstract PayloadStore open(String address, DataSource database);

    /**
     * A place that is there until it is closed.
     *
     * @param address how processes find it
     */
    record Place(String address, AutoCloseable end) implements AutoCloseable {

        @Override
        public void close() throws Exception {
            end.close();
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void delete(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            for (var file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }
}
