package io.patienthttp.model;

import io.patienthttp.internal.claim.UnusableRows;
import io.patienthttp.spi.RequestStore.ClaimedRequest;
import java.util.UUID;

/** Takes rows that cannot be used; some of them an error, and not what is stored, kept from being read. */
record ErringRows(UnusableRows rows, Promises promises) implements UnusableRows {

    @Override
    public void tooNew(UUID owner, ClaimedRequest row) {
        rows.tooNew(owner, row);
    }

    @Override
    public void unreadable(UUID owner, ClaimedRequest row, Throwable cause) {
        var erring = promises.story(row.ref().id()).erring;
        rows.unreadable(owner, row, erring ? new StackOverflowError() : cause);
    }

    @Override
    public void unwanted(UUID owner, ClaimedRequest row) {
        rows.unwanted(owner, row);
    }
}
