package io.patienthttp.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * What may happen to PostgreSQL. Two workers live through all of it: nobody is declared dead because of the database,
 * and so nothing is sent again.
 */
@Tag("fault")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Execution(ExecutionMode.SAME_THREAD)
class DatabaseFaultsTest implements PrintsTable {

    private static final int IN_FLIGHT = 100;
    private static final Duration LEASE = Duration.ofSeconds(Worker.LEASE);

    /** The sessions of others in this database. */
    private static final String OTHERS =
            "pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";

    /** query_canceled: by somebody, or by a timeout. */
    private static final String CANCELLED = "SQL state 57014";

    private final Random random = Chaos.random("database faults");
    private OwnPostgres postgres;
    private FaultRun run;
    private WorkerProcess first;
    private WorkerProcess second;

    @BeforeAll
    void start() throws Exception {
        postgres = new OwnPostgres();
        run = new FaultRun("PostgreSQL", postgres.url());
        first = run.launch().begin();
        second = run.launch().begin();
        first.awaitReady();
        second.awaitReady();
    }

    @AfterAll
    void stop() throws Exception {
        if (run != null) {
            run.close();
        }
        postgres.close();
    }

    @AfterEach
    void nobodyWasDeclaredDead() {
        assertThat(run.output()).noneMatch(line -> line.contains(" died: ") || line.contains("was taken for dead"));
    }

    @Test
    void allSessionsAreTerminated() throws Exception {
        strike("PostgreSQL: all backends terminated", () -> {
            for (int i = 0; i < 5; i++) {
                await().atMost(FaultRun.LONG).until(() -> run.tables.count(OTHERS) > 1);
                run.tables.execute("SELECT pg_terminate_backend(pid) FROM " + OTHERS);
            }
        });
    }

    @Test
    void theServerIsRestarted() throws Exception {
        strike("PostgreSQL: restarted", postgres::restart);
    }

    @Test
    void theServerIsKilled() throws Exception {
        strike("PostgreSQL: kill -9", () -> {
            postgres.kill();
            postgres.start();
        });
    }

    @Test
    void theServerIsAwayForTwoLeases() throws Exception {
        strike("PostgreSQL: stopped for two leases", () -> {
            postgres.stop();
            Thread.sleep(LEASE.multipliedBy(2).toMillis());
            postgres.start();
        });
    }

    @Test
    void theConnectionPoolIsExhausted() throws Exception {
        strike("PostgreSQL: connection pool exhausted", () -> {
            long longer = LEASE.plusSeconds(2).toSeconds();
            first.say("hog " + longer);
            second.say("hog " + longer);
            first.await("HOGGED"::equals);
            second.await("HOGGED"::equals);
            Thread.sleep(longer * 1_000);
        });
    }

    @Test
    void statementsAreCancelled() throws Exception {
        long before = said(CANCELLED);
        strike("PostgreSQL: statements cancelled", () -> {
            for (int i = 0; i < 10; i++) {
                run.tables.execute("""
                        BEGIN;
                        LOCK TABLE patient_http_requests IN ACCESS EXCLUSIVE MODE;
                        SELECT pg_sleep(0.2);
                        SELECT pg_cancel_backend(pid) FROM %s AND wait_event_type = 'Lock';
                        COMMIT""".formatted(OTHERS));
            }
        });
        assertThat(said(CANCELLED)).isGreaterThan(before);
    }

    /** Our transactions set a timeout of their own; our single statements, the engine's and callbacks do not. */
    @Test
    void statementsTimeOut() throws Exception {
        long before = said(CANCELLED);
        strike("PostgreSQL: statement timeout", () -> {
            timeOutAfter("200ms");
            for (int i = 0; i < 4; i++) {
                run.tables.execute("""
                        BEGIN;
                        SET LOCAL statement_timeout = 0;
                        LOCK TABLE patient_http_requests, scheduled_tasks IN ACCESS EXCLUSIVE MODE;
                        SELECT pg_sleep(0.6);
                        COMMIT""");
            }
            timeOutAfter("0");
        });
        assertThat(said(CANCELLED)).isGreaterThan(before);
    }

    private void timeOutAfter(String timeout) {
        run.tables.execute("ALTER ROLE postgres SET statement_timeout = '" + timeout + "'");
        run.tables.execute("SELECT pg_terminate_backend(pid) FROM " + OTHERS); // new sessions have it
    }

    @Test
    void transactionsAreInEachOthersWay() throws Exception {
        run.tables.execute("""
                CREATE FUNCTION conflict() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    IF random() < 0.3 THEN
                        RAISE EXCEPTION 'injected' USING ERRCODE =
                            CASE WHEN random() < 0.5 THEN 'serialization_failure' ELSE 'deadlock_detected' END;
                    END IF;
                    RETURN NULL;
                END $$""");
        run.tables.execute("CREATE TRIGGER conflict AFTER UPDATE OR DELETE ON patient_http_requests"
                + " FOR EACH STATEMENT EXECUTE FUNCTION conflict()");
        run.tables.execute("CREATE CONSTRAINT TRIGGER conflict_at_commit AFTER UPDATE OR DELETE ON scheduled_tasks"
                + " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION conflict()");

        strike("PostgreSQL: serialization failures and deadlocks", () -> {
            await().atMost(FaultRun.LONG).until(() -> said("SQL state 40001") > 2 && said("SQL state 40P01") > 2);
            run.tables.execute("DROP FUNCTION conflict CASCADE");
        });
    }

    @Test
    void theDiskIsFullForAWhile() throws Exception {
        try (var disk = SmallDisk.mount()) {
            run.tables.execute("CREATE TABLESPACE small LOCATION '" + disk.directory() + "'");
            run.tables.execute("ALTER TABLE patient_http_requests SET TABLESPACE small");

            strike("PostgreSQL: disk full", () -> {
                disk.fill();
                int refused = run.refused();
                await().atMost(FaultRun.LONG).until(() -> run.refused() > refused);
                first.await(line -> line.contains("SQL state 53100"));
                disk.free();
            });
            run.tables.execute("ALTER TABLE patient_http_requests SET TABLESPACE pg_default");
            run.tables.execute("DROP TABLESPACE small");
        }
    }

    /** How many lines of the workers contain it. */
    private long said(String text) {
        return run.output().stream().filter(line -> line.contains(text)).count();
    }

    /** Does it under load; expects that all is delivered, and that nothing was sent again. */
    private void strike(String name, Strike strike) throws Exception {
        run.next(name);
        try (var load = new Load(run, random, 20, 1_500)) {
            run.enqueue(IN_FLIGHT, 1_500);
            await().atMost(FaultRun.LONG).until(() -> run.server.waiting() > IN_FLIGHT / 2);
            strike.run();
            int before = run.accepted();
            await().atMost(FaultRun.LONG).until(() -> run.accepted() > before + 20);
        }
        assertThat(run.expectClean().sentAgain()).isZero();
    }

    private interface Strike {

        void run() throws Exception;
    }
}
