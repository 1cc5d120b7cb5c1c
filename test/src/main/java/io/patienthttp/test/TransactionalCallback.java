package io.patienthttp.test;

import io.patienthttp.Callback;
import io.patienthttp.Failure;
import io.patienthttp.Response;
import java.lang.reflect.UndeclaredThrowableException;
import org.springframework.transaction.support.TransactionOperations;

/** A callback that runs in a transaction, as it does where delivery is transactional: what it throws rolls it back. */
record TransactionalCallback(Callback callback, TransactionOperations transaction) implements Callback {

    private interface Call {

        void run() throws Exception;
    }

    @Override
    public String name() {
        return callback.name();
    }

    @Override
    public void onComplete(Response response) {
        inTransaction(() -> callback.onComplete(response));
    }

    @Override
    public void onError(Failure failure) {
        inTransaction(() -> callback.onError(failure));
    }

    private void inTransaction(Call call) {
        transaction.executeWithoutResult(status -> {
            try {
                call.run();
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new UndeclaredThrowableException(e);
            }
        });
    }
}
