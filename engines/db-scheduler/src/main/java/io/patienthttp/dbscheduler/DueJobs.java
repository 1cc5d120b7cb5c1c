package io.patienthttp.dbscheduler;

import com.github.kagkarlsson.scheduler.ExecutionTimeAndId;
import com.github.kagkarlsson.scheduler.ScheduledExecutionsFilter;
import com.github.kagkarlsson.scheduler.SchedulerClient;
import java.time.Instant;
import java.util.ArrayList;

/** Looks for jobs that could run now. */
final class DueJobs {

    private DueJobs() {}

    static boolean exist(SchedulerClient scheduler, String taskName, Instant now) {
        var found = new ArrayList<String>();
        scheduler.fetchScheduledExecutionsForTask(
                taskName,
                Void.class,
                ScheduledExecutionsFilter.all()
                        .withPicked(false)
                        .before(new ExecutionTimeAndId(now, ""))
                        .limit(1),
                execution -> found.add(execution.getTaskInstance().getId()));
        return !found.isEmpty();
    }
}
