package io.patienthttp.internal.wire;

import io.patienthttp.internal.wire.Opened.Why;

/** A stored value cannot be read; the message says what is wrong, and shows neither value nor key. */
public final class UnreadableException extends Exception {

    private static final long serialVersionUID = 1L;

    private final Why why;

    /** Of that reason. */
    public UnreadableException(Why why, String message) {
        super(message);
        this.why = why;
    }

    /** What is wrong, and so whether it is worth to wait. */
    public Why why() {
        return why;
    }

    /** The message. */
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
