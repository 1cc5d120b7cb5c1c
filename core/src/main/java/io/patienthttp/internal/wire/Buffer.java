package io.patienthttp.internal.wire;

import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes in memory that are not copied to be read: a large value is not there twice. For one thread. */
final class Buffer extends OutputStream {

    private byte[] bytes;
    private int size;

    /** Of that many bytes; grows by half of what it has. */
    Buffer(int capacity) {
        bytes = new byte[capacity];
    }

    @Override
    public void write(int value) {
        room(1);
        bytes[size++] = (byte) value;
    }

    @Override
    public void write(byte[] source, int offset, int length) {
        room(length);
        System.arraycopy(source, offset, bytes, size, length);
        size += length;
    }

    void writeAscii(String text) {
        var ascii = text.getBytes(StandardCharsets.US_ASCII);
        write(ascii, 0, ascii.length);
    }

    private void room(int more) {
        int needed = Math.addExact(size, more);
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(
                    bytes, (int) Math.min(Integer.MAX_VALUE - 8L, Math.max(needed, bytes.length * 3L / 2)));
        }
    }

    int size() {
        return size;
    }

    /** The array that it is in, which may be longer. */
    byte[] array() {
        return bytes;
    }

    /** What was written; the array itself if that is full. */
    byte[] toByteArray() {
        return size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
    }
}
