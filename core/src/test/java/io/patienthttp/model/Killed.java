package io.patienthttp.model;

/** Unwinds what a process was doing when it was killed. Whatever catches it can do nothing any more. */
final class Killed extends Error {

    private static final long serialVersionUID = 1L;

    Killed() {
        super(null, null, false, false);
    }
}
