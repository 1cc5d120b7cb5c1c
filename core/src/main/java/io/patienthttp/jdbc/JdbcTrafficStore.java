package io.patienthttp.jdbc;

import io.patienthttp.Traffic;
import io.patienthttp.spi.TrafficStore;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The table of minutes, on the databases of {@link JdbcRequestStore}. */
public final class JdbcTrafficStore implements TrafficStore {

    /** The columns of the histogram, named by their bound. */
    private static final List<String> HISTOGRAM = Stream.concat(
                    Traffic.BOUNDS.stream().map(bound -> "took_" + bound.toMillis()), Stream.of("took_more"))
            .toList();

    private static final List<String> SUMS = Stream.concat(
                    Stream.of("requests", "client_errors", "server_errors", "timeouts", "other_failures", "total_ms"),
                    HISTOGRAM.stream())
            .toList();

    /**
     * The minute by the database's clock, which is the nearest to that of the process that counted. In one order in all
     * processes, so that none waits for one that waits for it.
     */
    private static final String COUNTED = """
            SELECT date_trunc('minute', {now} - age * INTERVAL '0.001' SECOND + INTERVAL '30' SECOND) AS minute_at, host, %s
            FROM UNNEST(CAST(? AS BIGINT ARRAY), CAST(? AS VARCHAR ARRAY), %s) AS counted (age, host, %s)
            ORDER BY age DESC, host
            """.formatted(
                    String.join(", ", SUMS),
                    SUMS.stream().map(sum -> "CAST(? AS BIGINT ARRAY)").collect(Collectors.joining(", ")),
                    String.join(", ", SUMS));

    private static final String AGO = "(SELECT {now} - CAST(? AS BIGINT) * INTERVAL '0.001' SECOND)";

    static final String DELETE_OLDER = "DELETE FROM {minutes} WHERE minute_at < " + AGO;

    private static final String TOTALS = SUMS.stream()
            .map(sum -> "CAST(sum(" + sum + ") AS BIGINT) AS " + sum)
            .collect(Collectors.joining(", "));

    private static final String SINCE = " FROM {minutes} WHERE minute_at >= " + AGO;

    static final String BY_HOST = "SELECT host, " + TOTALS + SINCE + " GROUP BY host ORDER BY 2 DESC, host LIMIT ?";

    static final String BY_MINUTE = "SELECT minute_at, " + TOTALS + SINCE + " GROUP BY minute_at ORDER BY minute_at";

    private final JdbcTransactions transactions;
    private final Tables tables;
    private final String add;

    /** The table of minutes among the tables of that prefix. */
    public JdbcTrafficStore(JdbcTransactions transactions, String tablePrefix) {
        this.transactions = transactions;
        this.tables = new Tables(tablePrefix, transactions.dialect());
        this.add = tables.sql(transactions.dialect().adding("{minutes}", List.of("minute_at", "host"), SUMS, COUNTED));
    }

    @Override
    public void add(Collection<Counted> counts) {
        var parameters = new ArrayList<Object>();
        parameters.add(counts.stream().map(row -> row.age().toMillis()).toArray(Long[]::new));
        parameters.add(counts.stream().map(Counted::host).toArray(String[]::new));
        var sums = counts.stream().map(row -> sums(row.traffic())).toList();
        IntStream.range(0, SUMS.size())
                .forEach(
                        i -> parameters.add(sums.stream().map(row -> row.get(i)).toArray(Long[]::new)));
        transactions.autocommit(
                "add the counts of " + counts.size() + " hosts", c -> Sql.update(c, add, parameters.toArray()));
    }

    /** In the order of the columns. */
    private static List<Long> sums(Traffic traffic) {
        return Stream.concat(
                        Stream.of(
                                traffic.requests(),
                                traffic.clientErrors(),
                                traffic.serverErrors(),
                                traffic.timeouts(),
                                traffic.otherFailures(),
                                traffic.total().toMillis()),
                        traffic.histogram().stream())
                .toList();
    }

    @Override
    public void deleteOlder(Duration age) {
        transactions.autocommit("delete old minutes", c -> Sql.update(c, tables.sql(DELETE_OLDER), age));
    }

    @Override
    public List<OfHost> byHost(Duration since, int limit) {
        return transactions.reading(
                "read the traffic of hosts",
                c -> Sql.query(
                        c, tables.sql(BY_HOST), row -> new OfHost(row.getString("host"), traffic(row)), since, limit));
    }

    @Override
    public List<OfMinute> byMinute(Duration since) {
        return transactions.reading(
                "read the traffic of minutes",
                c -> Sql.query(
                        c,
                        tables.sql(BY_MINUTE),
                        row -> new OfMinute(Sql.instant(row, "minute_at"), traffic(row)),
                        since));
    }

    private static Traffic traffic(ResultSet row) throws SQLException {
        var histogram = new ArrayList<Long>();
        for (var column : HISTOGRAM) {
            histogram.add(row.getLong(column));
        }
        return new Traffic(
                row.getLong("requests"),
                row.getLong("client_errors"),
                row.getLong("server_errors"),
                row.getLong("timeouts"),
                row.getLong("other_failures"),
                Duration.ofMillis(row.getLong("total_ms")),
                histogram);
    }
}
