package io.patienthttp.internal.deliver;

import io.patienthttp.StorageException;
import io.patienthttp.spi.CallbackQueue;
import io.patienthttp.spi.CallbackRun;
import io.patienthttp.spi.CallbackRunner.Result;
import io.patienthttp.spi.RequestStore;
import io.patienthttp.spi.Transactions;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes requests dead whose callbacks failed as often as allowed. */
final class DeadLetters {

    private static final Logger log = LoggerFactory.getLogger(DeadLetters.class);

    private final RequestStore store;
    private final Transactions transactions;
    private final CallbackQueue queue;
    private final Announcer announcer;

    DeadLetters(RequestStore store, Transactions transactions, CallbackQueue queue, Announcer announcer) {
        this.store = store;
        this.transactions = transactions;
        this.queue = queue;
        this.announcer = announcer;
    }

    /**
     * The job goes and the row becomes DEAD, together; only if this run is the job's current one. Nothing else is
     * removed.
     *
     * @param runs how often the callback failed, this run included if it did
     * @param again after which the engine tries again if the database is away
     */
    Result add(CallbackRun run, int runs, String lastError, Duration again) {
        try {
            transactions.inTransaction(transaction -> {
                if (store.deadLetter(transaction, run.ref(), lastError)) {
                    announcer.dead(transaction, run.ref(), runs, lastError);
                }
                if (queue.remove(transaction, List.of(run)).isEmpty()) {
                    throw new LateRun();
                }
                return run;
            });
            return new Result.Finished();
        } catch (LateRun e) {
            log.debug("Run {} of {} is not the current one", run.version(), run.ref());
            return new Result.Finished();
        } catch (StorageException e) {
            log.warn("Could not dead-letter request {}: {}. Trying again in {}", run.ref(), e.getMessage(), again);
            return runs > run.failures() ? new Result.Failed(e, again) : new Result.Later(again);
        }
    }

    /** Class and message of what a callback threw, as it is stored. */
    static String describe(Throwable cause) {
        var text = cause.getMessage() == null
                ? cause.getClass().getName()
                : cause.getClass().getName() + ": " + cause.getMessage();
        text = text.replace('\0', ' ');
        return text.length() <= 1000 ? text : text.substring(0, 1000);
    }

    /** The job was removed or freed meanwhile, so that this run must change nothing. */
    private static final class LateRun extends RuntimeException {

        private static final long serialVersionUID = 1L;

        LateRun() {
            super(null, null, false, false);
        }
    }
}
