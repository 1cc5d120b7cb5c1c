package io.patienthttp;

/** What counts as progress of an answer: {@code idle-timeout} is the longest time without it. */
public enum Progress {
    /** Every byte of the body: the default. */
    BYTE,
    /** In a stream of server-sent events, every event and every comment; servers send comments to keep a stream open. */
    EVENT_OR_COMMENT,
    /** In a stream of server-sent events, every event alone. */
    EVENT
}
