package io.patienthttp.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * All faults, one after the other at random: of workers, of the database, and of the network between them. One worker is
 * never killed: at the end it uses what it used at the start.
 */
@Tag("fault")
@Order(1)
class MixedFaultsTest implements PrintsTable {

    private static final int MORTALS = 3;

    /** So many, then all must end, and is judged. */
    private static final int FAULTS_A_RUN = Chaos.isLong() ? 50 : 5;

    private static final Duration TIME = Duration.ofMinutes(Chaos.MINUTES);

    /** What comes and goes without faults: garbage that is reachable, idle threads of the pools, idle connections. */
    private static final Usage SLACK = new Usage(16L << 20, Collections.nCopies(10, ""), 10, 1);

    private final Random random = Chaos.random("mixed faults");
    private final List<WorkerProcess> mortals = new ArrayList<>();
    private OwnPostgres postgres;
    private TcpProxy proxy;
    private FaultRun run;
    private WorkerProcess immortal;
    private WorkerProcess spare;

    @Test
    void nothingIsLostWhateverHappens() throws Exception {
        long begin = System.nanoTime();
        try (var postgres = new OwnPostgres();
                var proxy = new TcpProxy(postgres.port());
                var run = new FaultRun("all of these, at random", postgres.url())) {
            this.postgres = postgres;
            this.proxy = proxy;
            this.run = run;
            immortal = run.start(launch());
            run.enqueue(20, 100); // all for this one, whose pools get their threads
            run.expectClean();
            var threads = immortal.usage().threads();
            run.next("all of these, at random");
            spare = run.launch();
            for (int i = 0; i < MORTALS; i++) {
                replace();
            }
            run.enqueue(200, 100);
            run.expectClean();
            var idle = immortal.usage();
            var before = new Usage(idle.heap(), threads, idle.sockets(), idle.connections());
            do {
                run.next("all of these, at random");
                mix();
                run.expectClean();
            } while (System.nanoTime() - begin < TIME.toNanos());

            expectNoLeak(before);
        }
    }

    /** On the way to the database that is to fail. */
    private WorkerProcess launch() {
        return run.launch(OwnPostgres.url(proxy.port()) + "&prepareThreshold=0", Map.of());
    }

    private void mix() throws Exception {
        var harms = new StringBuilder();
        try (var load = new Load(run, random, 60, 1_500)) {
            for (int i = 0; i < FAULTS_A_RUN; i++) {
                var harm = Harm.values()[random.nextInt(Harm.values().length)];
                if (random.nextInt(100) < 75) {
                    harm = Harm.KILL;
                }
                harms.append(harm).append(' ');
                if (harm.isOnDatabase()) {
                    spare.awaitBuilt();
                }
                harm.strike(this);
            }
        }
        System.out.println("mixed faults: " + harms);
    }

    private void expectNoLeak(Usage before) {
        await().atMost(Duration.ofMinutes(3))
                .pollInterval(Duration.ofSeconds(5))
                .untilAsserted(() -> {
                    var after = immortal.usage();
                    System.out.println(
                            "before the faults: " + before + System.lineSeparator() + "after them: " + after);
                    assertThat(after.heap()).isLessThanOrEqualTo(before.heap() + SLACK.heap());
                    assertThat(after.threads())
                            .hasSizeLessThanOrEqualTo(
                                    before.threads().size() + SLACK.threads().size());
                    assertThat(after.sockets()).isLessThanOrEqualTo(before.sockets() + SLACK.sockets());
                    assertThat(after.connections()).isLessThanOrEqualTo(before.connections() + SLACK.connections());
                });
    }

    private enum Harm {
        KILL {
            @Override
            void strike(MixedFaultsTest test) throws Exception {
                pause(test.upTo(1)); // the moment is what is random
                test.run.kill(test.victim());
                test.replace();
            }
        },
        TERMINATE {
            @Override
            void strike(MixedFaultsTest test) throws Exception {
                test.replace();
                test.run.terminate(test.victim());
            }
        },
        FREEZE {
            @Override
            void strike(MixedFaultsTest test) throws Exception {
                var frozen = test.mortals.get(test.random.nextInt(MORTALS));
                try (var watch = test.run.watch(frozen)) { // thawed in time, it may go on, and lose its lease then
                    frozen.freeze();
                    pause(test.upTo(2 * Worker.LEASE));
                    frozen.thaw();
                }
            }
        },
        FREEZE_AND_KILL {
            @Override
            void strike(MixedFaultsTest test) throws Exception {
                var frozen = test.victim();
                test.run.freeze(frozen);
                pause(test.upTo(2 * Worker.LEASE));
                test.run.kill(frozen);
                test.replace();
            }
        },
        SESSIONS_TERMINATED {
            @Override
            void strike(MixedFaultsTest test) {
                test.run.tables.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        + " WHERE datname = current_database() AND pid <> pg_backend_pid()");
            }
        },
        DATABASE_RESTARTED {
            @Override
            void strike(MixedFaultsTest test) throws Exception {
                test.postgres.restart();
            }
        },
        DATABASE_KILLED {
            @Override
            void strike(MixedFaultsTest test) throws Exception {
                test.postgres.kill();
                test.postgres.start();
            }
        },
        DATABASE_AWAY {
            @Override
            void strike(MixedFaultsTest test) throws Exception {
                test.postgres.stop();
                pause(test.upTo(2 * Worker.LEASE));
                test.postgres.start();
            }
        },
        /** While the database is away. */
        KILL_IN_AN_OUTAGE {
            @Override
            void strike(MixedFaultsTest test) throws Exception {
                var victim = test.victim();
                test.postgres.stop();
                victim.kill();
                test.postgres.start();
                test.run.kill(victim); // what it held is in the tables
                test.replace();
            }
        },
        NETWORK_CUT {
            @Override
            void strike(MixedFaultsTest test) throws Exception {
                test.isolate(test.proxy::cut);
            }
        },
        NETWORK_SILENT {
            @Override
            void strike(MixedFaultsTest test) throws Exception {
                test.isolate(test.proxy::goSilent);
            }
        },
        NETWORK_SLOW {
            @Override
            void strike(MixedFaultsTest test) throws Exception {
                test.isolate(() -> test.proxy.delay(test.random.nextInt(5_000)));
            }
        },
        ANSWERS_TO_COMMIT_LOST {
            @Override
            void strike(MixedFaultsTest test) throws Exception {
                test.proxy.loseAnswersToCommit(3);
                await().atMost(FaultRun.LONG).until(test.proxy::hasLostAll);
            }
        },
        COMMITS_LOST {
            @Override
            void strike(MixedFaultsTest test) throws Exception {
                test.proxy.loseCommits(3);
                await().atMost(FaultRun.LONG).until(test.proxy::hasLostAll);
            }
        };

        abstract void strike(MixedFaultsTest test) throws Exception;

        boolean isOnDatabase() {
            return compareTo(SESSIONS_TERMINATED) >= 0;
        }

        private static void pause(Duration time) throws InterruptedException {
            Thread.sleep(time.toMillis()); // the time is the fault
        }
    }

    /** One more, by the JVM that is ready for it. */
    private void replace() throws InterruptedException {
        mortals.add(run.start(spare));
        spare = run.launch();
    }

    private WorkerProcess victim() {
        return mortals.remove(random.nextInt(mortals.size()));
    }

    private Duration upTo(int seconds) {
        return Duration.ofMillis(random.nextInt(1_000 * seconds));
    }

    /** Between the one worker and the database. */
    private void isolate(Runnable damage) throws Exception {
        try (var watch = run.watch(immortal)) {
            damage.run();
            Harm.pause(upTo(2 * Worker.LEASE));
            proxy.heal();
        }
    }
}
