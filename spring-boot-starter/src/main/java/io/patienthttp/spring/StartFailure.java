package io.patienthttp.spring;

import org.jspecify.annotations.Nullable;

/** Why the application cannot start, in words for who has to change it. */
final class StartFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String action;

    StartFailure(String description, String action, @Nullable Throwable cause) {
        super(description, cause);
        this.action = action;
    }

    String description() {
        return String.valueOf(getMessage());
    }

    String action() {
        return action;
    }
}
