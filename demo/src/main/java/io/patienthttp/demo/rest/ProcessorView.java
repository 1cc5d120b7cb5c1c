package io.patienthttp.demo.rest;

import io.patienthttp.RequestState;
import io.patienthttp.runtime.PatientHttp;
import java.util.Map;
import org.springframework.stereotype.Component;

/** What the processor of this process and the table of requests look like now. */
@Component
public class ProcessorView {

    private final PatientHttp patientHttp;

    ProcessorView(PatientHttp patientHttp) {
        this.patientHttp = patientHttp;
    }

    /** How many requests of all processes are in each state. */
    public Map<RequestState, Long> counts() {
        return patientHttp.operations().counts();
    }

    /** How many requests this process has in flight. */
    public long inFlight() {
        return patientHttp.inFlight();
    }
}
