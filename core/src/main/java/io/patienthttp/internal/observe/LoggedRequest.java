package io.patienthttp.internal.observe;

import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/** The id of the request in the logs of its callback: in the MDC of the thread, which is afterwards as it was. */
public final class LoggedRequest implements AutoCloseable {

    /** Its key. */
    public static final String KEY = "requestId";

    private final @Nullable String before = MDC.get(KEY);

    /** Puts the id there. */
    public LoggedRequest(String id) {
        MDC.put(KEY, id);
    }

    @Override
    public void close() {
        if (before == null) {
            MDC.remove(KEY);
        } else {
            MDC.put(KEY, before);
        }
    }
}
