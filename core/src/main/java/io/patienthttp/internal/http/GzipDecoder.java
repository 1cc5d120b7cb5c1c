package io.patienthttp.internal.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.Inflater;

/** The coding {@code gzip} (RFC 1952), with several members if there are; checks length and checksum of each. */
final class GzipDecoder implements Decoder {

    private static final int FHCRC = 2;
    private static final int FEXTRA = 4;
    private static final int FNAME = 8;
    private static final int FCOMMENT = 16;

    private final Inflater inflater = new Inflater(true);
    private final CRC32 crc = new CRC32();
    private ByteBuffer input = ByteBuffer.allocate(0);
    private State state = State.START;
    private int flags;
    private int count; // bytes seen, or still to skip, in this state
    private long number; // a number of several bytes, little endian

    private enum State {
        START,
        FIXED,
        EXTRA_LENGTH,
        EXTRA,
        NAME,
        COMMENT,
        HEADER_CRC,
        DATA,
        TRAILER
    }

    @Override
    public void input(ByteBuffer bytes) {
        input = bytes;
    }

    @Override
    public int decode(byte[] target, int offset, int length) throws IOException {
        while (true) {
            if (state == State.DATA) {
                var decoded = DeflateDecoder.Inflating.inflate(inflater, input, target, offset, length);
                if (decoded > 0) {
                    crc.update(target, offset, decoded);
                    return decoded;
                }
                if (!inflater.finished()) {
                    return 0;
                }
                enter(State.TRAILER, 0);
            }
            if (!input.hasRemaining()) {
                return 0;
            }
            next(input.get() & 0xff);
        }
    }

    private void next(int value) throws IOException {
        switch (state) {
            case START -> {
                flags = 0;
                enter(State.FIXED, 0);
                fixed(value);
            }
            case FIXED -> fixed(value);
            case EXTRA_LENGTH -> {
                number |= (long) value << (8 * count++);
                if (count == 2) {
                    enterOptional(number == 0 ? FNAME : FEXTRA, (int) number);
                }
            }
            case EXTRA -> {
                if (--count == 0) {
                    enterOptional(FNAME, 0);
                }
            }
            case NAME -> {
                if (value == 0) {
                    enterOptional(FCOMMENT, 0);
                }
            }
            case COMMENT -> {
                if (value == 0) {
                    enterOptional(FHCRC, 0);
                }
            }
            case HEADER_CRC -> {
                if (++count == 2) {
                    enter(State.DATA, 0);
                }
            }
            case TRAILER -> trailer(value);
            default -> throw new IllegalStateException(state.toString());
        }
    }

    private void fixed(int value) throws IOException {
        var valid =
                switch (count++) {
                    case 0 -> value == 0x1f;
                    case 1 -> value == 0x8b;
                    case 2 -> value == 8;
                    default -> true;
                };
        if (!valid) {
            throw new IOException("it is not gzip");
        }
        if (count == 4) {
            flags = value;
        }
        if (count == 10) {
            if ((flags & FEXTRA) != 0) {
                enter(State.EXTRA_LENGTH, 0);
            } else {
                enterOptional(FNAME, 0);
            }
        }
    }

    /** Goes to the first field from this one on that the flags announce; their order is that of RFC 1952, section 2.3. */
    private void enterOptional(int first, int skip) {
        if (first == FEXTRA) {
            enter(State.EXTRA, skip);
        } else if (first == FNAME && (flags & FNAME) != 0) {
            enter(State.NAME, 0);
        } else if (first != FHCRC && (flags & FCOMMENT) != 0) {
            enter(State.COMMENT, 0);
        } else if ((flags & FHCRC) != 0) {
            enter(State.HEADER_CRC, 0);
        } else {
            enter(State.DATA, 0);
        }
    }

    private void trailer(int value) throws IOException {
        number |= (long) value << (8 * count++);
        if (count < 8) {
            return;
        }
        var expected = crc.getValue() | (inflater.getBytesWritten() & 0xffffffffL) << 32;
        if (number != expected) {
            throw new IOException("its checksum is wrong");
        }
        inflater.reset();
        crc.reset();
        enter(State.START, 0);
    }

    private void enter(State next, int skip) {
        state = next;
        count = skip;
        number = 0;
    }

    @Override
    public void end() throws IOException {
        if (state != State.START) {
            throw new IOException("it ends too early");
        }
    }

    @Override
    public void close() {
        inflater.end();
    }
}
