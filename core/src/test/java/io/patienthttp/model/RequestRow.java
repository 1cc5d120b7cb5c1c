package io.patienthttp.model;

import io.patienthttp.RequestState;
import io.patienthttp.spi.CallbackJob;
import io.patienthttp.spi.RequestRef;
import io.patienthttp.spi.RequestStore.NewRequest;
import io.patienthttp.spi.RequestStore.StoredRequest;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A row of the requests; a version of it never changes once it is in a table. */
final class RequestRow implements Cloneable {

    final NewRequest request;
    final Instant createdAt;
    RequestState state = RequestState.PENDING;
    int epoch;
    int recoveries;
    Instant runAt;
    boolean cancelRequested;

    @Nullable
    Instant deadlineAt;

    @Nullable
    UUID owner;

    int format;

    @Nullable
    String outcome;

    @Nullable
    String outcomeRef;

    @Nullable
    Instant claimedAt;

    @Nullable
    Instant completedAt;

    @Nullable
    Instant deadAt;

    @Nullable
    String lastError;

    RequestRow(NewRequest request, Instant now) {
        this.request = request;
        this.createdAt = now;
        this.format = request.format();
        this.runAt = now.plus(request.delay());
        this.deadlineAt = request.expiresAfter() == null ? null : now.plus(request.expiresAfter());
    }

    RequestRow copy() {
        try {
            return (RequestRow) clone();
        } catch (CloneNotSupportedException e) {
            throw new AssertionError(e);
        }
    }

    RequestRef ref() {
        return new RequestRef(request.id(), epoch);
    }

    CallbackJob job() {
        return new CallbackJob(ref(), createdAt);
    }

    boolean isInFlight(UUID owner) {
        return state == RequestState.IN_FLIGHT && owner.equals(this.owner);
    }

    /** Whether it was claimed since, without a new epoch. */
    boolean isAnotherClaim(RequestRow before) {
        return epoch != before.epoch + (before.state == RequestState.IN_FLIGHT ? 0 : 1);
    }

    StoredRequest stored() {
        return stored(format);
    }

    StoredRequest stored(int format) {
        return new StoredRequest(
                format,
                request.callback(),
                request.method(),
                request.host(),
                request.callbackArgs(),
                request.request());
    }

    /** To COMPLETED with the outcome. */
    RequestRow complete(String recorded, Instant now) {
        state = RequestState.COMPLETED;
        owner = null;
        outcome = recorded;
        completedAt = now;
        return this;
    }

    /** To PENDING. */
    RequestRow giveBack() {
        state = RequestState.PENDING;
        owner = null;
        return this;
    }

    @Override
    public String toString() {
        return "r" + request.id().getLeastSignificantBits() + ":" + epoch + " " + state + " recoveries=" + recoveries
                + (cancelRequested ? " cancel" : "");
    }
}
