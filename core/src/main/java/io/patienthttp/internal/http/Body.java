package io.patienthttp.internal.http;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The bytes of a body while it arrives, in blocks that are filled before the next one is taken. */
final class Body {

    private static final int BLOCK = 8 * 1024;

    private final List<byte[]> blocks = new ArrayList<>();
    private long size;

    /** Takes what the decoder has, up to the end of a block; returns how much that was, 0 if it needs input. */
    int readFrom(Decoder decoder) throws IOException {
        var used = (int) (size % BLOCK);
        var fresh = used == 0;
        var block = fresh ? new byte[BLOCK] : blocks.get(blocks.size() - 1);
        var count = decoder.decode(block, used, BLOCK - used);
        if (count > 0 && fresh) {
            blocks.add(block);
        }
        size += count;
        return count;
    }

    long size() {
        return size;
    }

    byte[] toBytes() {
        var bytes = new byte[Math.toIntExact(size)];
        var at = 0;
        for (var block : blocks) {
            var count = Math.min(block.length, bytes.length - at);
            System.arraycopy(block, 0, bytes, at, count);
            at += count;
        }
        blocks.clear();
        return bytes;
    }
}
