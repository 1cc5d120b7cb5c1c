package io.patienthttp.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.patienthttp.Method;
import io.patienthttp.Request;
import io.patienthttp.fixture.Databases;
import io.patienthttp.fixture.SlowServer;
import io.patienthttp.runtime.Operations;
import io.patienthttp.runtime.PatientHttp;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import javax.sql.DataSource;

/** One run: a database, a server that keeps the ledger, workers, faults, and a judge at the end. */
final class FaultRun implements AutoCloseable {

    /** STYLE: tests of processes and leases wait three leases and 30 s. */
    static final Duration LONG =
            Duration.ofSeconds(3 * (Chaos.isLong() ? RecoveryTest.DEFAULT_LEASE : Worker.LEASE) + 30);

    private String name;
    private final String url;
    private final HikariDataSource database;
    private final PatientHttp http;
    private final List<WorkerProcess> workers = new CopyOnWriteArrayList<>();
    private final Set<String> accepted = ConcurrentHashMap.newKeySet();
    private final AtomicInteger launched = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final Set<String> inDoubt = ConcurrentHashMap.newKeySet();

    final SlowServer server = new SlowServer();
    final Tables tables;
    final Judge judge;

    /** On a new database of the shared PostgreSQL. */
    FaultRun(String name) {
        this(name, Databases.postgresUrl());
    }

    FaultRun(String name, String url) {
        this(name, url, (builder, database) -> {});
    }

    /** On a new database, with values stored like that by the application. */
    FaultRun(String name, BiConsumer<PatientHttp.Builder, DataSource> storing) {
        this(name, Databases.postgresUrl(), storing);
    }

    private FaultRun(String name, String url, BiConsumer<PatientHttp.Builder, DataSource> storing) {
        this.name = name;
        this.url = url;
        this.database = Databases.pool(url, "postgres", 5);
        this.tables = new Tables(database);
        this.judge = new Judge(tables, server);
        var builder = PatientHttp.builder(database)
                .callback(new DeliveryCallback(new ThreadTransactions(database), "none", null, (connection, id) -> {}))
                .preprocessor("pausing", draft -> {});
        storing.accept(builder, database);
        this.http = builder.build();
        tables.create(http);
    }

    /** Begins another run with the same workers; the one before has been judged. */
    void next(String name) {
        this.name = name;
        workers.removeIf(worker -> !worker.isAlive());
        accepted.clear();
        inDoubt.clear();
        judge.reset();
        tables.execute("DELETE FROM deliveries");
        tables.execute("DELETE FROM lapses");
    }

    /** The database. */
    DataSource database() {
        return database;
    }

    /** The way to the database. */
    String url() {
        return url;
    }

    /** All that were launched. */
    List<WorkerProcess> workers() {
        return workers;
    }

    /** Starts a JVM, not yet the processor in it. */
    WorkerProcess launch(String... options) {
        return launch(url, Map.of(), options);
    }

    /** The same. */
    WorkerProcess launch(List<String> options) {
        return launch(options.toArray(String[]::new));
    }

    /** The same, on another way to the database. */
    WorkerProcess launch(String url, Map<String, String> environment, String... options) {
        var worker = WorkerProcess.launch(url, "worker-" + launched.incrementAndGet(), environment, options);
        workers.add(worker);
        return worker;
    }

    /** Starts a processor that may recover what others held. */
    WorkerProcess start(WorkerProcess survivor) throws InterruptedException {
        survivor.start();
        judge.survivorStarted(System.nanoTime());
        return survivor;
    }

    /** Stores requests that are answered after the delay. */
    void enqueue(int count, long delayMillis) {
        enqueue(count, server.slow(delayMillis));
    }

    void enqueue(int count, String url, String... preprocessors) {
        store(requests(count, url, preprocessors));
    }

    /** Stores requests with that body, one by one. */
    void post(int count, String url, byte[] body) {
        var request = Request.builder(Method.POST, url)
                .body(body)
                .callback(DeliveryCallback.NAME)
                .timeout(LONG.multipliedBy(10))
                .build();
        for (int i = 0; i < count; i++) {
            store(List.of(request));
        }
    }

    /** Stores a request that is due after that time, which the judge does not wait for. */
    void enqueueLater(Duration delay, String url) {
        http.get(url).callback(DeliveryCallback.NAME).delay(delay).enqueue();
    }

    /** The same; a transaction that fails is given up. */
    void tryToEnqueue(int count, long delayMillis) {
        try {
            enqueue(count, delayMillis);
        } catch (RuntimeException | AssertionError e) { // the driver asserts that a batch leaves its connection open
            refused.incrementAndGet();
        }
    }

    /** How many transactions of the application failed. */
    int refused() {
        return refused.get();
    }

    private static List<Request> requests(int count, String url, String... preprocessors) {
        return Collections.nCopies(
                count,
                Request.builder(Method.GET, url)
                        .callback(DeliveryCallback.NAME)
                        .timeout(LONG.multipliedBy(10)) // what is waited for here is recovery, on a busy machine too
                        .preprocessors(preprocessors)
                        .build());
    }

    /** If the answer to the commit is lost, the requests may be stored or not. */
    private void store(List<Request> requests) {
        try (var connection = database.getConnection()) {
            connection.setAutoCommit(false);
            var ids = http.enqueueAll(connection, requests);
            inDoubt.addAll(ids);
            connection.commit();
            accepted.addAll(ids);
            inDoubt.removeAll(ids);
        } catch (SQLException e) {
            throw new IllegalStateException("could not store requests", e);
        }
    }

    Operations operations() {
        return http.operations();
    }

    /** Counts the requests that another process stored. */
    void acceptStored() {
        accepted.addAll(tables.requests());
    }

    int accepted() {
        return accepted.size();
    }

    /** SIGKILL, and what it held. */
    Fault kill(WorkerProcess victim) throws InterruptedException {
        victim.kill();
        return judge.strike(true, victim.pid());
    }

    /** SIGSTOP, and what it held. */
    Fault freeze(WorkerProcess victim) throws InterruptedException {
        victim.freeze();
        return judge.strike(false, victim.pid());
    }

    /** SIGTERM, and what it held until it ended: a claim may be going on. Returns its exit code. */
    int terminate(WorkerProcess victim) throws Exception {
        try (var watch = watch(victim)) {
            victim.terminate();
            return victim.awaitExit(LONG);
        }
    }

    /** Takes down what the worker holds, from now until it is closed: while a fault lasts it may claim more. */
    AutoCloseable watch(WorkerProcess victim) {
        var fault = judge.strike(false, victim.pid());
        var thread = Executors.newSingleThreadScheduledExecutor();
        thread.scheduleWithFixedDelay(() -> fault.look(tables), 0, 50, TimeUnit.MILLISECONDS);
        return () -> {
            thread.shutdown();
            if (!thread.awaitTermination(LONG.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("the watch does not end");
            }
            fault.look(tables);
        };
    }

    /** Waits until all is delivered and nothing is left, as long as there is progress; then judges. */
    Verdict judge() throws InterruptedException {
        long deadline = System.nanoTime() + LONG.toNanos();
        int before = -1;
        while (!left().isEmpty() && System.nanoTime() - deadline < 0) {
            int left = tables.count("patient_http_requests");
            if (left != before) {
                before = left;
                deadline = System.nanoTime() + LONG.toNanos();
            }
            Thread.sleep(50);
        }
        var verdict = judge.verdict(name, Set.copyOf(accepted), Set.copyOf(inDoubt), left());
        FaultTable.add(verdict);
        return verdict;
    }

    /** Judges, and expects nothing but the promises. */
    Verdict expectClean() throws InterruptedException {
        var verdict = judge();
        assertThat(verdict.isClean())
                .as("%s%n%s", verdict, String.join("\n", output()))
                .isTrue();
        return verdict;
    }

    private List<String> left() {
        var left = new ArrayList<String>();
        note(left, "patient_http_requests", 0);
        note(left, "scheduled_tasks", 0);
        note(left, "patient_http_processes", (int)
                workers.stream().filter(WorkerProcess::isRunning).count());
        return left;
    }

    private void note(List<String> left, String table, int most) {
        int count = tables.count(table);
        if (count > most) {
            left.add(count + " rows in " + table);
        }
    }

    /** What all workers have said. */
    List<String> output() {
        var output = new ArrayList<String>();
        for (var worker : workers) {
            output.add("--- " + worker.name());
            output.addAll(worker.lines());
        }
        return output;
    }

    @Override
    public void close() {
        workers.forEach(WorkerProcess::close);
        server.close();
        database.close();
    }
}
