package io.patienthttp.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** Requests that end the process that sends them: as soon as the server has seen one, the process is killed. */
@Tag("fault")
class PoisonTest implements PrintsTable {

    private static final int INNOCENTS = 200;

    @Test
    void aPoisonedRequestIsGivenUpAndTheOthersComplete() throws Exception {
        aPoisonIsGivenUp(1, 0);
    }

    @Test
    @EnabledIf("io.patienthttp.faults.Chaos#isLong")
    void twoPoisonedRequestsAreGivenUpAndTheOthersCompleteAlsoAfterAKillFromOutside() throws Exception {
        aPoisonIsGivenUp(2, 1);
    }

    private static void aPoisonIsGivenUp(int poisons, int killsFromOutside) throws Exception {
        try (var run = new FaultRun("poison: " + poisons + ", kills from outside: " + killsFromOutside)) {
            run.enqueue(poisons, 600_000);
            var poisoned = run.tables.requests();
            var workers = new ArrayList<WorkerProcess>(
                    List.of(run.launch().begin(), run.launch().begin()));
            var deadly = new HashMap<String, Integer>(); // the hits of each that have ended a process
            int highest = 0;
            int seen = 0;
            int outside = killsFromOutside;
            while (!run.tables.delivered().containsAll(poisoned)) {
                topUp(run, poisoned);
                int before = seen;
                await().atMost(FaultRun.LONG)
                        .until(() -> hits(run, poisoned) > before
                                || run.tables.delivered().containsAll(poisoned));
                seen = hits(run, poisoned);
                for (var worker : List.copyOf(workers)) {
                    var held = run.tables.inFlight(worker.pid());
                    held.retainAll(poisoned);
                    if (held.stream().anyMatch(id -> hits(run, id) > deadly.getOrDefault(id, 0))) {
                        held.forEach(id -> deadly.put(id, hits(run, id)));
                        replace(run, workers, worker);
                    }
                }
                highest = Math.max(highest, run.tables.highestRecoveries(poisoned));
                if (outside > 0 && seen == 2 * poisons) {
                    outside--;
                    replace(run, workers, workers.get(0));
                }
            }

            var verdict = run.expectClean();

            System.out.println("highest recoveries of an innocent request: " + highest);
            var kinds = run.tables.kinds();
            assertThat(kinds).hasSize(verdict.requests());
            kinds.forEach((id, kind) ->
                    assertThat(kind).isEqualTo(poisoned.contains(id) ? "RECOVERY_EXHAUSTED" : "response"));
            assertThat(verdict.requests()).isGreaterThanOrEqualTo(INNOCENTS + poisons);
        }
    }

    /** Keeps as many innocent requests as are to be in flight beside the poison. */
    private static void topUp(FaultRun run, Set<String> poisoned) {
        var innocent = new HashSet<>(run.tables.requests());
        innocent.removeAll(poisoned);
        if (innocent.size() < INNOCENTS) {
            run.enqueue(INNOCENTS - innocent.size(), 2_000);
        }
    }

    private static int hits(FaultRun run, Set<String> ids) {
        return ids.stream().mapToInt(id -> hits(run, id)).sum();
    }

    private static int hits(FaultRun run, String id) {
        return run.server.hits().getOrDefault(id, List.of()).size();
    }

    private static void replace(FaultRun run, List<WorkerProcess> workers, WorkerProcess victim) throws Exception {
        run.kill(victim);
        workers.remove(victim);
        workers.add(run.launch().begin());
    }
}
