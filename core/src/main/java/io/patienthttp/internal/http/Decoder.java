package io.patienthttp.internal.http;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Undoes a content coding, piece by piece, so that the caller can stop at any size. Not safe for several threads. */
interface Decoder {

    /** Gives the next bytes of the body; only when {@link #decode} returned 0, and not to be changed until it does. */
    void input(ByteBuffer bytes);

    /** Decodes to the array, at most so many bytes; 0: it needs more input. */
    int decode(byte[] target, int offset, int length) throws IOException;

    /** Checks that the body was complete. */
    void end() throws IOException;

    /** Frees memory; nothing may be called afterwards. */
    default void close() {}

    /** Leaves the bytes as they are. */
    final class Identity implements Decoder {

        private ByteBuffer input = ByteBuffer.allocate(0);

        @Override
        public void input(ByteBuffer bytes) {
            input = bytes;
        }

        @Override
        public int decode(byte[] target, int offset, int length) {
            var count = Math.min(length, input.remaining());
            input.get(target, offset, count);
            return count;
        }

        @Override
        public void end() {}
    }
}
