package io.patienthttp.internal.http;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/** The server's end of an HTTP/2 connection, frame by frame (RFC 9113, section 6); header fields are never indexed. */
final class Http2Peer {

    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int CONTINUATION = 9;

    static final int END_STREAM = 1;
    static final int ACK = 1;
    static final int END_HEADERS = 4;

    private static final int PREFACE = 24;

    private final Socket socket;
    private final DataInputStream in;
    private final Set<Integer> resets = new HashSet<>();

    /** Reads the preface of the client, and answers it with settings; {@code maxStreams} 0: no limit. */
    Http2Peer(Socket socket, int maxStreams) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(socket.getInputStream());
        in.readFully(new byte[PREFACE]);
        var settings = ByteBuffer.allocate(6).putShort((short) 3).putInt(maxStreams);
        send(SETTINGS, 0, 0, maxStreams > 0 ? settings.array() : new byte[0]);
    }

    record Frame(int type, int flags, int stream, byte[] payload) {}

    /** The next frame but settings and pings, which are answered; throws at the end. */
    Frame next() throws IOException {
        while (true) {
            var length = in.readUnsignedShort() << 8 | in.readUnsignedByte();
            var type = in.readUnsignedByte();
            var flags = in.readUnsignedByte();
            var stream = in.readInt();
            var payload = new byte[length];
            in.readFully(payload);
            if ((type == SETTINGS || type == PING) && (flags & ACK) == 0) {
                send(type, ACK, 0, type == PING ? payload : new byte[0]);
            } else if (type != SETTINGS && type != PING) {
                if (type == RST_STREAM) {
                    resets.add(stream);
                }
                return new Frame(type, flags, stream, payload);
            }
        }
    }

    /** The stream of the next request. */
    int nextRequest() throws IOException {
        while (true) {
            var frame = next();
            if (frame.type == HEADERS) {
                return frame.stream;
            }
            if (frame.type == GOAWAY) {
                throw new EOFException("the client goes away");
            }
        }
    }

    /** Waits until the client resets the stream, says goodbye or closes. */
    void awaitEndOf(int stream) {
        try {
            while (!resets.contains(stream) && next().type != GOAWAY) {
                // whatever else it sends
            }
        } catch (IOException e) {
            // closed
        }
    }

    void send(int type, int flags, int stream, byte[] payload) throws IOException {
        var frame = ByteBuffer.allocate(9 + payload.length);
        frame.put((byte) (payload.length >> 16)).putShort((short) payload.length);
        frame.put((byte) type).put((byte) flags).putInt(stream).put(payload);
        socket.getOutputStream().write(frame.array());
        socket.getOutputStream().flush();
    }

    /** Status and fields, literal and without Huffman coding (RFC 7541, section 6.2.2). */
    void headers(int stream, boolean last, String status, String... fields) throws IOException {
        send(HEADERS, END_HEADERS | (last ? END_STREAM : 0), stream, block(status, fields));
    }

    static byte[] block(String status, String... fields) throws IOException {
        var block = new ByteArrayOutputStream();
        block.write(8); // the name :status, of the static table
        string(block, status);
        for (var i = 0; i < fields.length; i += 2) {
            block.write(0);
            string(block, fields[i]);
            string(block, fields[i + 1]);
        }
        return block.toByteArray();
    }

    /** Section 5.2, with the length of section 5.1. */
    private static void string(ByteArrayOutputStream block, String text) throws IOException {
        var bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        var length = bytes.length;
        if (length < 127) {
            block.write(length);
        } else {
            block.write(127);
            for (length -= 127; length >= 128; length /= 128) {
                block.write(length % 128 + 128);
            }
            block.write(length);
        }
        block.write(bytes);
    }

    void data(int stream, boolean last, String text) throws IOException {
        send(DATA, last ? END_STREAM : 0, stream, text.getBytes(StandardCharsets.ISO_8859_1));
    }

    void reset(int stream, int error) throws IOException {
        send(RST_STREAM, 0, stream, ByteBuffer.allocate(4).putInt(error).array());
    }

    void goAway(int lastStream, int error) throws IOException {
        send(
                GOAWAY,
                0,
                0,
                ByteBuffer.allocate(8).putInt(lastStream).putInt(error).array());
    }

    void ok(int stream) throws IOException {
        headers(stream, false, "200");
        data(stream, true, "ok");
    }
}
