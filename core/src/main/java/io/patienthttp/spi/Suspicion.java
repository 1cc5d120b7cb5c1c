package io.patienthttp.spi;

/**
 * How far a request is suspected of ending the processes that send it, by how often one died with it in flight. Those
 * that were in flight beside the culprit are counted too, so the more suspect a request is, the fewer are in flight
 * together, until one is alone: then its death accuses nobody else.
 */
public enum Suspicion {
    /** It is sent beside all others. */
    NONE,
    /** One death less than a suspect: few of them are in flight in one process. */
    NEAR,
    /** As many deaths as allowed: at most one of them is in flight in one process. */
    SUSPECT,
    /** A suspect whose process died again: it is sent when nothing else is in flight in its process. */
    SECOND_DEGREE;

    /**
     * The suspicion of a request.
     *
     * @param recoveries how often a process died with it in flight
     * @param maxRecoveries how often that may happen before it is a suspect
     */
    public static Suspicion of(int recoveries, int maxRecoveries) {
        if (recoveries > maxRecoveries) {
            return SECOND_DEGREE;
        }
        if (recoveries == 0 || recoveries < maxRecoveries - 1) {
            return NONE;
        }
        return recoveries == maxRecoveries ? SUSPECT : NEAR;
    }
}
