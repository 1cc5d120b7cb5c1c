package io.patienthttp.internal.recover;

import io.patienthttp.spi.RequestStore;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes dead requests once they are as old as they may become; what they had in payload stores is swept after that. */
public final class DeadRetention {

    private static final Logger log = LoggerFactory.getLogger(DeadRetention.class);

    private static final int PAGE = 1000;
    private static final int PAGES = 20;

    private final RequestStore store;
    private final Duration retention;

    /** Removes what has been dead for longer than the retention. */
    public DeadRetention(RequestStore store, Duration retention) {
        this.store = store;
        this.retention = retention;
    }

    /** Removes some pages of them, so that other duties have their turn. */
    public void deleteOld() {
        int deleted = 0;
        for (int pages = 1; pages <= PAGES && deleted == (pages - 1) * PAGE; pages++) {
            deleted += store.deleteDead(retention, PAGE);
        }
        if (deleted > 0) {
            log.info("Deleted {} requests that were dead for longer than {}", deleted, retention);
        }
    }
}
