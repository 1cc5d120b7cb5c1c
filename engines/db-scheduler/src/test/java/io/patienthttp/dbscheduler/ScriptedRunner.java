package io.patienthttp.dbscheduler;

import io.patienthttp.spi.CallbackQueue;
import io.patienthttp.spi.CallbackRun;
import io.patienthttp.spi.CallbackRunner;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** Records its runs, answers as scripted, and removes the job as the core does once the script is over. */
final class ScriptedRunner implements CallbackRunner {

    private final Jobs jobs;
    private final CallbackQueue queue;
    private final List<Function<CallbackRun, Result>> script = new CopyOnWriteArrayList<>();
    private final List<CallbackRun> runs = new CopyOnWriteArrayList<>();

    ScriptedRunner(Jobs jobs, CallbackQueue queue) {
        this.jobs = jobs;
        this.queue = queue;
    }

    /** Adds an answer for one run. */
    ScriptedRunner then(Function<CallbackRun, Result> answer) {
        script.add(answer);
        return this;
    }

    List<CallbackRun> runs() {
        return runs;
    }

    List<Integer> failures() {
        return runs.stream().map(CallbackRun::failures).toList();
    }

    @Override
    public Result run(CallbackRun run) {
        Function<CallbackRun, Result> answer;
        synchronized (script) {
            runs.add(run);
            answer = script.isEmpty() ? this::finish : script.remove(0);
        }
        return answer.apply(run);
    }

    Result finish(CallbackRun run) {
        jobs.remove(queue, run);
        return new Result.Finished();
    }
}
