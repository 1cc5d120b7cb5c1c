package io.patienthttp.internal.wire;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import tools.jackson.core.Base64Variants;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Bodies inside JSON: UTF-8 text as it is; from 4 KiB on gzip and base64 if that is smaller; everything else base64
 * (parity 50). The bytes come back exactly. Neither way holds a body as characters of a string, or as base64.
 */
final class Bodies {

    private static final int COMPRESS_FROM = 4096;
    private static final int PIECE = 8192;

    private Bodies() {}

    /** How a body is written: these bytes, as text or as base64. */
    record Encoded(String encoding, byte[] bytes, int length) {

        /** How many bytes it takes in JSON, if no character of a text is escaped. */
        int size() {
            return encoding.equals("text") ? length : Math.toIntExact(base64Size(length));
        }

        void write(JsonGenerator json) {
            json.writeStartObject().writeStringProperty("encoding", encoding).writeName("value");
            if (encoding.equals("text")) {
                json.writeUTF8String(bytes, 0, length);
            } else {
                json.writeBinary(Base64Variants.MIME_NO_LINEFEEDS, bytes, 0, length);
            }
            json.writeEndObject();
        }
    }

    static Encoded encode(byte[] body) {
        if (!isUtf8(body)) {
            return new Encoded("binary", body, body.length);
        }
        if (body.length >= COMPRESS_FROM) {
            var compressed = gzip(body);
            if (base64Size(compressed.size()) < body.length) {
                return new Encoded("gzipped", compressed.array(), compressed.size());
            }
        }
        return new Encoded("text", body, body.length);
    }

    private static long base64Size(int bytes) {
        return 4L * ((bytes + 2) / 3);
    }

    /** Reads what {@link Encoded#write} wrote; the parser is at the beginning of that object. */
    static byte[] read(JsonParser json) {
        var encoding = "";
        byte[] body = null;
        for (var name = json.nextName(); name != null; name = json.nextName()) {
            json.nextToken();
            switch (name) {
                case "encoding" -> encoding = json.getString();
                case "value" -> body = value(json, encoding);
                default -> json.skipChildren();
            }
        }
        if (body == null) {
            throw new IllegalArgumentException("a body has no value");
        }
        return body;
    }

    private static byte[] value(JsonParser json, String encoding) {
        if (json.currentToken() != JsonToken.VALUE_STRING) {
            throw new IllegalArgumentException("the value of a body is no text");
        }
        return switch (encoding) {
            case "text" -> text(json);
            case "gzipped" -> gunzip(base64(json));
            case "binary" -> base64(json).toByteArray();
            default -> throw new IllegalArgumentException("unknown body encoding \"" + encoding + "\"");
        };
    }

    private static byte[] text(JsonParser json) {
        var bytes = new Buffer(PIECE);
        try (var writer = new OutputStreamWriter(bytes, StandardCharsets.UTF_8)) {
            json.getString(writer);
        } catch (IOException e) {
            throw new UncheckedIOException("could not write into memory", e);
        }
        return bytes.toByteArray();
    }

    private static Buffer base64(JsonParser json) {
        var bytes = new Buffer(PIECE);
        json.readBinaryValue(Base64Variants.MIME_NO_LINEFEEDS, bytes);
        return bytes;
    }

    private static boolean isUtf8(byte[] bytes) {
        var decoder = StandardCharsets.UTF_8.newDecoder();
        var in = ByteBuffer.wrap(bytes);
        var piece = CharBuffer.allocate(Math.min(PIECE, bytes.length));
        while (true) {
            var result = decoder.decode(in, piece.clear(), true);
            if (!result.isOverflow()) {
                return !result.isError();
            }
        }
    }

    private static Buffer gzip(byte[] bytes) {
        var out = new Buffer(bytes.length / 2);
        try (var gzip = new FastGzip(out)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("could not compress in memory", e);
        }
        return out;
    }

    private static byte[] gunzip(Buffer bytes) {
        try (var gzip = new GZIPInputStream(new ByteArrayInputStream(bytes.array(), 0, bytes.size()))) {
            return gzip.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("the stored body is damaged", e);
        }
    }

    /** The fastest level: the database's work shrinks with it, ours hardly grows. */
    private static final class FastGzip extends GZIPOutputStream {

        FastGzip(Buffer out) throws IOException {
            super(out);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }
}
