package io.patienthttp.dbscheduler;

import com.github.kagkarlsson.scheduler.Scheduler;
import io.patienthttp.spi.CallbackRunner;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** The application's own scheduler: the application starts and stops it, we only open and close the gate. */
final class ApplicationEngine implements Engine {

    private final Scheduler scheduler;
    private final RunnerGate gate;
    private final Optional<String> name;
    private final String taskName;

    ApplicationEngine(Scheduler scheduler, RunnerGate gate, Optional<String> name, String taskName) {
        this.scheduler = scheduler;
        this.taskName = taskName;
        this.gate = gate;
        this.name = name;
    }

    @Override
    public Optional<String> name() {
        return name;
    }

    @Override
    public void start(CallbackRunner runner) {
        gate.bind(runner);
        wake();
    }

    @Override
    public void stop(Duration timeout) {
        gate.unbind();
        gate.awaitIdle(timeout);
    }

    @Override
    public boolean hasDue() {
        return gate.isBound() && (gate.isBusy() || DueJobs.exist(scheduler, taskName, now()));
    }

    @Override
    public void wake() {
        if (gate.isBound()) {
            scheduler.triggerCheckForDueExecutions();
        }
    }

    /** A scheduler does not tell its clock; by default it is this one. */
    @Override
    public Instant now() {
        return Instant.now();
    }
}
