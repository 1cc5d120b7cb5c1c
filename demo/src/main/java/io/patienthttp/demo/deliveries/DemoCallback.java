package io.patienthttp.demo.deliveries;

import io.patienthttp.Callback;
import io.patienthttp.Failure;
import io.patienthttp.Response;
import org.springframework.stereotype.Component;

/** Stores each outcome as a row. Transactional delivery makes that row and the end of the request one commit. */
@Component
public class DemoCallback implements Callback {

    private final Deliveries deliveries;

    DemoCallback(Deliveries deliveries) {
        this.deliveries = deliveries;
    }

    @Override
    public void onComplete(Response response) {
        deliveries.add(response.requestId(), OutcomeJson.of(response));
    }

    @Override
    public void onError(Failure failure) {
        deliveries.add(failure.requestId(), OutcomeJson.of(failure));
    }
}
