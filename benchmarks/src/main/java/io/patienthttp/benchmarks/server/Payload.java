package io.patienthttp.benchmarks.server;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;

/**
 * JSON bodies that compress about as well as real ones do: pseudo-random words from a small vocabulary, and numbers.
 * The same seed gives the same bodies in every JVM.
 */
public final class Payload {

    /** Bodies that compress better than this would flatter whoever compresses. */
    public static final double MOST_COMPRESSIBLE = 3;

    private static final int VARIANTS = 64;

    private final byte[][] bodies;

    private Payload(byte[][] bodies) {
        this.bodies = bodies;
    }

    /**
     * Bodies of that many bytes each.
     *
     * @throws IllegalStateException if gzip shrinks them more than {@link #MOST_COMPRESSIBLE} times
     */
    public static Payload of(long seed, int bytes) {
        var random = new Random(seed);
        var vocabulary = IntStream.range(0, 2_000).mapToObj(i -> word(random)).toArray(String[]::new);
        var bodies = IntStream.range(0, VARIANTS)
                .mapToObj(i -> body(random, vocabulary, bytes))
                .toArray(byte[][]::new);
        for (var body : bodies) {
            if (compressibility(body) > MOST_COMPRESSIBLE) {
                throw new IllegalStateException("gzip shrinks bodies " + compressibility(body) + " times, more than "
                        + MOST_COMPRESSIBLE + " is not fair");
            }
        }
        return new Payload(bodies);
    }

    private static String word(Random random) {
        return random.ints(3 + random.nextInt(8), 'a', 'z' + 1)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static byte[] body(Random random, String[] vocabulary, int bytes) {
        var text = new StringBuilder("{\"id\":")
                .append(random.nextInt(1_000_000_000))
                .append(",\"text\":\"");
        while (text.length() < bytes - 2) {
            text.append(
                            random.nextInt(8) == 0
                                    ? Integer.toString(random.nextInt(1_000_000))
                                    : vocabulary[random.nextInt(vocabulary.length)])
                    .append(' ');
        }
        text.setLength(bytes - 2);
        return text.append("\"}").toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** How many times gzip shrinks it. */
    static double compressibility(byte[] body) {
        var compressed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(compressed)) {
            gzip.write(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return (double) body.length / compressed.size();
    }

    /** One of the bodies; the next number gives another one. */
    public byte[] bytes(int number) {
        return bodies[Math.floorMod(number, VARIANTS)];
    }

    /** The same as text. */
    public String text(int number) {
        return new String(bytes(number), StandardCharsets.US_ASCII);
    }
}
