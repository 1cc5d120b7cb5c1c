package io.patienthttp.internal.http;

import io.patienthttp.Progress;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Passes a decoded stream of server-sent events on and tells of each complete event, or comment if those count, as it
 * goes by (WHATWG HTML, section 9.2.6). Not safe for several threads.
 */
final class EventDecoder implements Decoder {

    private static final byte[] DATA = {'d', 'a', 't', 'a'};
    private static final int NO_DATA = -1;

    private final Decoder decoder;
    private final boolean commentsCount;
    private final Runnable progress;
    private boolean lineStarts = true;
    private boolean afterCr;
    private boolean comment;
    private int matched; // how much of "data" the line begins with; NO_DATA: with something else
    private boolean hasData;

    EventDecoder(Decoder decoder, Progress counts, Runnable progress) {
        this.decoder = decoder;
        this.commentsCount = counts == Progress.EVENT_OR_COMMENT;
        this.progress = progress;
    }

    @Override
    public void input(ByteBuffer bytes) {
        decoder.input(bytes);
    }

    @Override
    public int decode(byte[] target, int offset, int length) throws IOException {
        var count = decoder.decode(target, offset, length);
        for (var i = offset; i < offset + count; i++) {
            next(target[i]);
        }
        return count;
    }

    private void next(byte b) {
        if (b == '\n' && afterCr) {
            afterCr = false;
            return;
        }
        afterCr = b == '\r';
        if (b == '\n' || b == '\r') {
            endOfLine();
        } else if (lineStarts && b == ':') {
            comment = true;
            matched = NO_DATA;
            lineStarts = false;
        } else {
            lineStarts = false;
            match(b);
        }
    }

    private void match(byte b) {
        if (matched == NO_DATA) {
            return;
        }
        if (matched < DATA.length) {
            matched = b == DATA[matched] ? matched + 1 : NO_DATA;
        } else if (b == ':') {
            hasData = true;
            matched = NO_DATA;
        } else {
            matched = NO_DATA;
        }
    }

    private void endOfLine() {
        if (lineStarts) {
            if (hasData) {
                progress.run();
            }
            hasData = false;
        } else if (comment && commentsCount) {
            progress.run();
        } else if (matched == DATA.length) {
            hasData = true; // a field without a colon
        }
        lineStarts = true;
        comment = false;
        matched = 0;
    }

    @Override
    public void end() throws IOException {
        decoder.end();
    }

    @Override
    public void close() {
        decoder.close();
    }
}
