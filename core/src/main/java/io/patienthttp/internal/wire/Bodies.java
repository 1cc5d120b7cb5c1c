package io.patienthttp.internal.wire;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Bodies inside JSON: UTF-8 text as it is; from 4 KiB on gzip and base64 if that is smaller; everything else base64
 * (parity 50). The bytes come back exactly.
 */
final class Bodies {

    private static final int COMPRESS_FROM = 4096;

    private Bodies() {}

    static void write(ObjectNode json, byte[] body) {
        if (!isUtf8(body)) {
            write(json, "binary", base64(body));
            return;
        }
        if (body.length >= COMPRESS_FROM) {
            var compressed = base64(gzip(body));
            if (compressed.length() < body.length) {
                write(json, "gzipped", compressed);
                return;
            }
        }
        write(json, "text", new String(body, StandardCharsets.UTF_8));
    }

    private static void write(ObjectNode json, String encoding, String value) {
        json.put("encoding", encoding).put("value", value);
    }

    static byte[] read(JsonNode json) {
        var value = json.required("value").asString();
        var encoding = json.required("encoding").asString();
        return switch (encoding) {
            case "text" -> value.getBytes(StandardCharsets.UTF_8);
            case "gzipped" -> gunzip(Base64.getDecoder().decode(value));
            case "binary" -> Base64.getDecoder().decode(value);
            default -> throw new IllegalArgumentException("unknown body encoding \"" + encoding + "\"");
        };
    }

    private static boolean isUtf8(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static byte[] gzip(byte[] bytes) {
        var out = new ByteArrayOutputStream(bytes.length / 2);
        try (var gzip = new FastGzip(out)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("could not compress in memory", e);
        }
        return out.toByteArray();
    }

    private static byte[] gunzip(byte[] bytes) {
        try (var gzip = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            return gzip.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("the stored body is damaged", e);
        }
    }

    /** The fastest level: the database's work shrinks with it, ours hardly grows. */
    private static final class FastGzip extends GZIPOutputStream {

        FastGzip(ByteArrayOutputStream out) throws IOException {
            super(out);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }
}
