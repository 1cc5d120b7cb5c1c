package io.patienthttp.runtime;

import io.patienthttp.CancelResult;
import io.patienthttp.internal.recover.Reach;
import io.patienthttp.spi.CallbackQueue;
import java.util.UUID;

/** Lets the model act as an operator and as a client. */
public record OperationsAccess(Operations operations) {

    /** Operations on the store and the engine, which nobody looks at. */
    public static OperationsAccess on(Reach reach, CallbackQueue queue) {
        return new OperationsAccess(new Operations(reach, queue, () -> {}, null));
    }

    /** As {@code PatientHttpClient.cancel} does it. */
    public CancelResult cancel(UUID request) {
        return operations.cancel(request);
    }
}
