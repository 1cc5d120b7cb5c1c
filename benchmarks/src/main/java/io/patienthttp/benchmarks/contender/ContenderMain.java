package io.patienthttp.benchmarks.contender;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.patienthttp.benchmarks.machine.CommandLoop;
import io.patienthttp.benchmarks.machine.Options;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The main class of a contender's JVM. Options: kind, url of the database, server, pool, and those of the kind.
 * Commands: {@code create}; {@code start}; {@code store <requests> <delay>} in a transaction that {@code commit} ends,
 * answered with the time; {@code count}, answered with stored, failed, and the time of the last; {@code heap}, answered
 * with MB after a collection and threads; {@code trickle <delay> <per second> <seconds>}; {@code times <file>}.
 */
public final class ContenderMain implements AutoCloseable {

    private static final int BATCH = 500;

    private final Options options;
    private final HikariDataSource pool;
    private final Results results = new Results();
    private final Contender contender;
    private final Trickle trickle;
    private @Nullable Connection transaction;

    private ContenderMain(Options options) {
        this.options = options;
        var config = new HikariConfig();
        config.setJdbcUrl(options.text("url"));
        config.setMaximumPoolSize(options.number("pool"));
        config.setConnectionTimeout(120_000);
        this.pool = new HikariDataSource(config);
        this.contender = contender();
        this.trickle = new Trickle(pool, contender);
    }

    private Contender contender() {
        return switch (options.text("kind")) {
            case "patient-http" -> new PatientContender(pool, options, results);
            case "db-scheduler" -> new DbSchedulerContender(pool, options, results);
            case "jobrunr" -> new JobRunrContender(pool, options, results);
            case "by-hand" -> new HandWritten(pool, options, results);
            case "bare-client" -> new BareClient(options, results);
            default -> throw new IllegalArgumentException(options.text("kind"));
        };
    }

    /** Runs it until "quit". */
    public static void main(String[] arguments) {
        var main = new ContenderMain(Options.parse(arguments));
        CommandLoop.listen(main::command, main);
    }

    private Object command(List<String> words) throws Exception {
        return switch (words.get(0)) {
            case "create" -> create();
            case "start" -> {
                contender.start();
                yield "";
            }
            case "store" -> store(number(words, 1), number(words, 2));
            case "commit" -> commit();
            case "count" -> results.counts();
            case "heap" -> heap();
            case "trickle" -> {
                trickle.run(options.text("server"), number(words, 1), number(words, 2), number(words, 3));
                yield "";
            }
            case "times" -> Files.write(Path.of(words.get(1)), times());
            default -> throw new IllegalArgumentException(words.toString());
        };
    }

    private static int number(List<String> words, int index) {
        return Integer.parseInt(words.get(index));
    }

    private String create() throws SQLException {
        contender.createTables();
        try (var connection = pool.getConnection()) {
            Results.createTable(connection);
        }
        return "";
    }

    private String store(int requests, int delay) throws SQLException {
        var open = pool.getConnection();
        open.setAutoCommit(false);
        for (int left = requests; left > 0; left -= BATCH) {
            contender.store(open, options.text("server") + "/?delay=" + delay, Math.min(BATCH, left));
        }
        transaction = open;
        return "";
    }

    private long commit() throws SQLException {
        try (var open = transaction) {
            if (open == null) {
                throw new IllegalStateException("commit without store");
            }
            long now = System.nanoTime();
            open.commit();
            contender.wake();
            return now;
        } finally {
            transaction = null;
        }
    }

    private static String heap() {
        System.gc();
        System.gc(); // the first one leaves what has references to be cleared
        var memory = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        return memory.getUsed() / (1024.0 * 1024.0) + " "
                + ManagementFactory.getThreadMXBean().getThreadCount();
    }

    private List<String> times() {
        var lines = new ArrayList<>(trickle.times());
        results.begun().forEach((id, time) -> lines.add("begun " + id + " " + time));
        return lines;
    }

    @Override
    public void close() throws Exception {
        contender.close();
        pool.close();
    }
}
