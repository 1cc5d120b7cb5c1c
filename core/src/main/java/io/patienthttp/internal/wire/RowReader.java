package io.patienthttp.internal.wire;

import io.patienthttp.CallbackArgs;
import io.patienthttp.Request;
import io.patienthttp.internal.wire.Opened.Json;
import io.patienthttp.internal.wire.Opened.Unreadable;
import io.patienthttp.internal.wire.Opened.Why;
import io.patienthttp.spi.RequestStore.StoredRequest;
import io.patienthttp.spi.RequestStore.Value;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads the values of a row: opens what is sealed or in a payload store, then reads its JSON. May wait for a cipher or a
 * payload store; safe for all threads.
 *
 * @see io.patienthttp.StorageException every method throws it if one of these cannot work now
 */
public final class RowReader {

    private final Envelope envelope;
    private final RequestCodec codec = new RequestCodec();

    /** Reads what this envelope opens. */
    public RowReader(Envelope envelope) {
        this.envelope = envelope;
    }

    /** Whether {@link #request} waits for nothing. */
    public boolean isAtHand(StoredRequest stored) {
        return stored.format() <= Envelope.NEWEST_FORMAT && envelope.isAtHand(stored);
    }

    /** Whether {@link #outcome} waits for nothing. */
    public boolean isAtHand(Value outcome) {
        return envelope.isAtHand(outcome);
    }

    /**
     * Reads a stored request.
     *
     * @throws UnreadableException if it is not one that this process can read
     * @throws RuntimeException if it is not sealed, and not what {@link RequestCodec} wrote
     */
    public Request request(UUID id, StoredRequest stored) throws UnreadableException {
        requireKnown(stored.format());
        var args = stored.callbackArgs();
        return codec.read(stored, json(id, Column.REQUEST, stored.request()), args == null ? null : text(id, args));
    }

    /** Reads stored callback arguments; null is none. */
    public CallbackArgs args(UUID id, @Nullable String stored) throws UnreadableException {
        return codec.readArgs(stored == null ? null : text(id, stored));
    }

    /** Opens a stored outcome: JSON in UTF-8. */
    public byte[] outcome(UUID id, Value stored) throws UnreadableException {
        return json(id, Column.OUTCOME, stored);
    }

    /** Opens the text that a row holds of an outcome, in UTF-8. */
    public byte[] outcome(UUID id, byte[] text) throws UnreadableException {
        return json(Column.OUTCOME, envelope.open(id, Column.OUTCOME, text));
    }

    /** A newer version may have changed the meaning of what this one takes for readable. */
    public static void requireKnown(int format) throws UnreadableException {
        if (format > Envelope.NEWEST_FORMAT) {
            throw new UnreadableException(
                    Why.NEWER_FORMAT,
                    "it is stored in format " + format + ", which a newer version wrote; this one reads formats up to "
                            + Envelope.NEWEST_FORMAT);
        }
    }

    private String text(UUID id, String args) throws UnreadableException {
        return new String(json(id, Column.CALLBACK_ARGS, Value.of(args)), StandardCharsets.UTF_8);
    }

    private byte[] json(UUID id, Column column, Value value) throws UnreadableException {
        return json(column, envelope.open(id, column, value));
    }

    private static byte[] json(Column column, Opened opened) throws UnreadableException {
        if (opened instanceof Unreadable unreadable) {
            throw new UnreadableException(unreadable.why(), column.text() + ": " + unreadable.message());
        }
        return ((Json) opened).bytes();
    }
}
