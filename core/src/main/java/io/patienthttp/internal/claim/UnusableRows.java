package io.patienthttp.internal.claim;

import io.patienthttp.spi.RequestStore.ClaimedRequest;
import java.util.UUID;

/** Takes claimed rows that cannot become a task. */
public interface UnusableRows {

    /** The row is of a format that a newer version wrote: it is left for a node that can read it. */
    void tooNew(UUID owner, ClaimedRequest row);

    /** The stored request is damaged; or, if the cause is an Error, cannot be read by this process now. */
    void unreadable(UUID owner, ClaimedRequest row, Throwable cause);

    /** The deadline of the request has passed. */
    void expired(UUID owner, ClaimedRequest row);

    /** The processor does not take tasks any more. */
    void unwanted(UUID owner, ClaimedRequest row);
}
