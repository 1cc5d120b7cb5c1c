package io.patienthttp.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.patienthttp.StorageException;
import io.patienthttp.spi.PayloadStore;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.Response;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.resps.ScanResult;

/**
 * Payloads in Redis 5 or later, or Valkey: one server, or one master with replicas. No payload expires (parity 73 had a
 * time to live, after which a request that still waited had lost its body).
 *
 * <p>A payload is as durable as your Redis: with {@code appendfsync everysec} a crash of the server loses the last
 * second, and the requests whose payloads it held fail with PAYLOAD_MISSING; with {@code always} it loses none. The
 * {@code maxmemory-policy} must be {@code noeviction}. A listing walks all keys of the database, so give payloads a
 * database of their own if yours holds many others.
 *
 * <p>A payload is a hash of two fields: {@code payload}, and {@code stored_at} in microseconds by the server's clock.
 */
public final class RedisPayloadStore implements PayloadStore {

    private static final String KEY_PREFIX = "patient_http:payloads:";
    private static final int PAGE = 1000;

    private static final byte[] PAYLOAD = "payload".getBytes(UTF_8);
    private static final byte[] STORED_AT = "stored_at".getBytes(UTF_8);

    /** One step, so that no pause of this process makes a payload older than it is. */
    private static final byte[] STORE = """
            local now = redis.call('TIME')
            redis.call('HSET', KEYS[1], 'payload', ARGV[1],
                'stored_at', string.format('%.0f', now[1] * 1000000 + now[2]))
            """.getBytes(UTF_8);

    private static final byte[] TIME = "return redis.call('TIME')".getBytes(UTF_8);

    private final UnifiedJedis redis;
    private final String keyPrefix;

    /** A store whose keys in Redis begin with {@code patient_http:payloads:} (parity 73). */
    public RedisPayloadStore(UnifiedJedis redis) {
        this(redis, KEY_PREFIX);
    }

    /**
     * A store whose keys in Redis begin with that prefix.
     *
     * @param redis used by all threads, and closed by you after Patient HTTP has stopped. Its socket timeout, which is
     *     two seconds unless you set it, must suffice for your largest payload
     * @throws IllegalArgumentException if it is a cluster, whose keys cannot be listed in pages
     */
    public RedisPayloadStore(UnifiedJedis redis, String keyPrefix) {
        if (redis instanceof RedisClusterClient) {
            throw new IllegalArgumentException("redis must be one server, or one master with replicas, was a cluster");
        }
        this.redis = redis;
        this.keyPrefix = keyPrefix;
    }

    /** {@code redis}. */
    @Override
    public String name() {
        return "redis";
    }

    @Override
    public void store(String key, byte[] payload) {
        attempt("store payload " + key, () -> redis.eval(STORE, List.of(place(key)), List.of(payload)));
    }

    @Override
    public Optional<byte[]> fetch(String key) {
        return Optional.ofNullable(attempt("fetch payload " + key, () -> redis.hget(place(key), PAYLOAD)));
    }

    @Override
    public void delete(String key) {
        attempt("delete payload " + key, () -> redis.unlink(place(key)));
    }

    @Override
    public void deleteAll(Collection<String> keys) {
        var places = keys.stream().map(this::place).toArray(byte[][]::new);
        attempt("delete " + places.length + " payloads", () -> places.length == 0 ? 0 : redis.unlink(places));
    }

    @Override
    public Page list(String prefix, @Nullable String cursor) {
        var params = new ScanParams().match(literal(keyPrefix + prefix) + "*").count(PAGE);
        return attempt("list payloads below " + prefix, () -> {
            var found = redis.scan(cursor == null ? ScanParams.SCAN_POINTER_START : cursor, params);
            return new Page(payloads(found), found.isCompleteIteration() ? null : found.getCursor());
        });
    }

    private List<StoredPayload> payloads(ScanResult<String> found) {
        var times = new ArrayList<Response<byte[]>>();
        long now = now();
        try (var pipeline = redis.pipelined()) {
            found.getResult().forEach(name -> times.add(pipeline.hget(name.getBytes(UTF_8), STORED_AT)));
            pipeline.sync();
        }
        var payloads = new ArrayList<StoredPayload>();
        for (int i = 0; i < times.size(); i++) {
            var key = found.getResult().get(i).substring(keyPrefix.length());
            storedAt(times.get(i)).ifPresent(at -> payloads.add(new StoredPayload(key, age(at, now))));
        }
        return payloads;
    }

    /** Empty if it was deleted meanwhile, or is not ours. */
    private static Optional<byte[]> storedAt(Response<byte[]> reply) {
        try {
            return Optional.ofNullable(reply.get());
        } catch (JedisDataException e) {
            return Optional.empty();
        }
    }

    private static Duration age(byte[] storedAt, long now) {
        return Duration.of(Math.max(0, now - Long.parseLong(new String(storedAt, UTF_8))), ChronoUnit.MICROS);
    }

    /** By the clock of the server, in microseconds. */
    private long now() {
        var time = (List<?>) redis.eval(TIME);
        return number(time.get(0)) * 1_000_000 + number(time.get(1));
    }

    private static long number(@Nullable Object reply) {
        return reply instanceof byte[] digits ? Long.parseLong(new String(digits, UTF_8)) : 0;
    }

    private byte[] place(String key) {
        return (keyPrefix + key).getBytes(UTF_8);
    }

    /** A glob pattern that matches this text and nothing else. */
    private static String literal(String text) {
        return text.replaceAll("[\\\\*?\\[\\]^-]", "\\\\$0");
    }

    private static <T> T attempt(String tried, Supplier<T> command) {
        try {
            return command.get();
        } catch (JedisDataException e) {
            throw StorageException.unavailable(tried, withoutData(e));
        } catch (JedisException e) {
            throw StorageException.unavailable(tried, e);
        }
    }

    /** The server puts arguments of a command into its error messages; only their first word is its own. */
    private static JedisDataException withoutData(JedisDataException e) {
        var message = String.valueOf(e.getMessage());
        var safe = new JedisDataException("the server answered " + message.replaceFirst("(?s)[^A-Z].*", ""));
        safe.setStackTrace(e.getStackTrace());
        return safe;
    }
}
