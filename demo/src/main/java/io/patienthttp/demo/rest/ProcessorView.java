package io.patienthttp.demo.rest;

import io.patienthttp.RequestState;
import java.util.EnumMap;
import java.util.Map;
import org.springframework.stereotype.Component;

/** What the processor of this process and the table of requests look like now. */
@Component
public class ProcessorView {

    /** How many requests of all processes are in each state. */
    public Map<RequestState, Long> counts() {
        var counts = new EnumMap<RequestState, Long>(RequestState.class);
        for (var state : RequestState.values()) {
            counts.put(state, 0L);
        }
        return counts;
    }

    /** How many requests this process has in flight. */
    public long inFlight() {
        return 0;
    }
}
