package io.patienthttp.readme;

import io.patienthttp.Callback;
import io.patienthttp.Failure;
import io.patienthttp.Response;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** As in the README. */
@Component
class SummaryCallback implements Callback {

    private final JdbcClient jdbc;

    SummaryCallback(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @Override
    public void onComplete(Response response) {
        jdbc.sql("UPDATE documents SET summary = ? WHERE id = ?")
                .params(response.bodyAsText(), response.callbackArgs().get("document"))
                .update();
    }

    @Override
    public void onError(Failure failure) {
        jdbc.sql("UPDATE documents SET error = ? WHERE id = ?")
                .params(
                        failure.kind() + ": " + failure.message(),
                        failure.callbackArgs().get("document"))
                .update();
    }
}
