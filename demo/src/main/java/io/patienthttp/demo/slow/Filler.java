package io.patienthttp.demo.slow;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.springframework.core.io.AbstractResource;

/** A body of exactly so many bytes, valid JSON or plain text, that exists only while it is written. */
final class Filler extends AbstractResource {

    private static final String OBJECT_HEAD = "{\"filler\":\"";
    private static final String OBJECT_TAIL = "\"}";

    private final int size;
    private final boolean json;

    Filler(int size, boolean json) {
        this.size = size;
        this.json = json;
    }

    @Override
    public long contentLength() {
        return size;
    }

    @Override
    public InputStream getInputStream() {
        if (!json) {
            return filled(size);
        }
        if (size == 1) {
            return text("0");
        }
        if (size < OBJECT_HEAD.length() + OBJECT_TAIL.length()) {
            return enclosed("\"", "\"");
        }
        return enclosed(OBJECT_HEAD, OBJECT_TAIL);
    }

    private InputStream enclosed(String head, String tail) {
        var parts = List.of(text(head), filled(size - head.length() - tail.length()), text(tail));
        return new SequenceInputStream(Collections.enumeration(parts));
    }

    private static InputStream text(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static InputStream filled(int size) {
        return new InputStream() {
            private int left = size;

            @Override
            public int read() {
                return left-- > 0 ? 'x' : -1;
            }

            @Override
            public int read(byte[] target, int offset, int length) {
                if (left <= 0) {
                    return length == 0 ? 0 : -1;
                }
                var count = Math.min(left, length);
                Arrays.fill(target, offset, offset + count, (byte) 'x');
                left -= count;
                return count;
            }
        };
    }

    @Override
    public String getDescription() {
        return "filler of " + size + " bytes";
    }
}
