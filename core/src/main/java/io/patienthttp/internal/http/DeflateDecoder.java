package io.patienthttp.internal.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * The coding {@code deflate} (RFC 9110, section 8.4.1.2): the zlib format, and also the raw deflate format, which some
 * servers send under that name.
 */
final class DeflateDecoder implements Decoder {

    private ByteBuffer input = ByteBuffer.allocate(0);
    private @Nullable Inflater inflater;

    @Override
    public void input(ByteBuffer bytes) {
        input = bytes;
    }

    @Override
    public int decode(byte[] target, int offset, int length) throws IOException {
        if (inflater == null) {
            if (!input.hasRemaining()) {
                return 0;
            }
            // RFC 1950, section 2.2: the low four bits of the first byte are 8 in the zlib format. No raw block that a
            // compressor writes starts so: it would be a stored block whose padding is not zero.
            var zlib = (input.get(input.position()) & 0x0f) == 8;
            inflater = new Inflater(!zlib);
        }
        var count = Inflating.inflate(inflater, input, target, offset, length);
        if (count == 0 && inflater.finished() && input.hasRemaining()) {
            input.position(input.limit()); // nothing may follow; browsers ignore it
        }
        return count;
    }

    @Override
    public void end() throws IOException {
        if (inflater != null && !inflater.finished()) {
            throw new IOException("it ends too early");
        }
    }

    @Override
    public void close() {
        if (inflater != null) {
            inflater.end();
        }
    }

    /** What both codings have in common. */
    static final class Inflating {

        private Inflating() {}

        /** Inflates from the buffer and moves it behind what was used; 0: needs more input, or finished. */
        static int inflate(Inflater inflater, ByteBuffer input, byte[] target, int offset, int length)
                throws IOException {
            try {
                // The inflater remembers the buffer and advances its position.
                if (inflater.needsInput() && input.hasRemaining()) {
                    inflater.setInput(input);
                }
                var count = inflater.inflate(target, offset, length);
                if (inflater.needsDictionary()) {
                    throw new IOException("it needs a dictionary");
                }
                return count;
            } catch (DataFormatException e) {
                throw new IOException("it is corrupt", e);
            }
        }
    }
}
