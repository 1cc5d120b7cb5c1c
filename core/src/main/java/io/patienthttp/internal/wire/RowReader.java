package io.patienthttp.internal.wire;

import io.patienthttp.CallbackArgs;
import io.patienthttp.Request;
import io.patienthttp.internal.wire.Opened.Json;
import io.patienthttp.internal.wire.Opened.Unreadable;
import io.patienthttp.internal.wire.Opened.Why;
import io.patienthttp.spi.RequestStore.StoredRequest;
import io.patienthttp.spi.RequestStore.Value;
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
        return codec.read(new StoredRequest(
                RequestCodec.FORMAT,
                stored.callback(),
                stored.method(),
                stored.host(),
                args == null ? null : json(id, Column.CALLBACK_ARGS, Value.of(args)),
                Value.of(json(id, Column.REQUEST, stored.request()))));
    }

    /** Reads stored callback arguments; null is none. */
    public CallbackArgs args(UUID id, @Nullable String stored) throws UnreadableException {
        return codec.readArgs(stored == null ? null : json(id, Column.CALLBACK_ARGS, Value.of(stored)));
    }

    /** Opens a stored outcome. */
    public String outcome(UUID id, Value stored) throws UnreadableException {
        return json(id, Column.OUTCOME, stored);
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

    private String json(UUID id, Column column, Value value) throws UnreadableException {
        var opened = envelope.open(id, column, value);
        if (opened instanceof Unreadable unreadable) {
            throw new UnreadableException(unreadable.why(), column.text() + ": " + unreadable.message());
        }
        return ((Json) opened).json();
    }
}
