package io.patienthttp.demo.rest;

import org.jspecify.annotations.Nullable;

/** A field of the JSON that was sent is wrong. */
public final class BadFieldException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final @Nullable String field;

    /**
     * Names the field and says what is wrong.
     *
     * @param field null if the JSON as a whole is wrong
     */
    public BadFieldException(@Nullable String field, String message) {
        super(message);
        this.field = field;
    }

    /** The field; null if the JSON as a whole is wrong. */
    public @Nullable String field() {
        return field;
    }
}
