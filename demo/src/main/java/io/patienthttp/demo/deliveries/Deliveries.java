package io.patienthttp.demo.deliveries;

import java.util.List;
import java.util.Optional;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * The table of deliveries. A request that is delivered twice has two rows: nothing in the table prevents it, so that a
 * duplicate would show.
 */
@Repository
public class Deliveries {

    private static final String CREATE_TABLE = """
            CREATE TABLE IF NOT EXISTS demo_deliveries (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                request_id varchar(36) NOT NULL,
                outcome text NOT NULL,
                delivered_at timestamp with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL
            )
            """;

    private static final String CREATE_INDEX =
            "CREATE INDEX IF NOT EXISTS demo_deliveries_request_id ON demo_deliveries (request_id)";

    private static final String INSERT = "INSERT INTO demo_deliveries (request_id, outcome) VALUES (?, ?)";

    private static final String OF_REQUEST = "SELECT outcome FROM demo_deliveries WHERE request_id = ? ORDER BY id";

    private static final String TOTALS =
            "SELECT count(*) AS deliveries, count(DISTINCT request_id) AS requests FROM demo_deliveries";

    private static final String LAST_ID = "SELECT coalesce(max(id), 0) FROM demo_deliveries";

    private static final String REQUESTS_AFTER = "SELECT request_id FROM demo_deliveries WHERE id > ?";

    private static final String LATEST = "SELECT id, request_id FROM demo_deliveries ORDER BY id DESC LIMIT ?";

    private static final String OUTCOME = "SELECT outcome FROM demo_deliveries WHERE id = ?";

    private final JdbcClient jdbc;

    Deliveries(JdbcClient jdbc) {
        this.jdbc = jdbc;
        create();
    }

    /** IF NOT EXISTS is no lock: of two processes that create at once, PostgreSQL refuses one, whose second try finds it. */
    private void create() {
        try {
            createOnce();
        } catch (DataAccessException e) {
            createOnce();
        }
    }

    private void createOnce() {
        jdbc.sql(CREATE_TABLE).update();
        jdbc.sql(CREATE_INDEX).update();
    }

    /** Stores one delivery, in the transaction of the calling thread if there is one. */
    void add(String requestId, String outcome) {
        jdbc.sql(INSERT).params(requestId, outcome).update();
    }

    /** The outcomes that were delivered for the request, oldest first: one, if it is delivered. */
    public List<String> outcomesOf(String requestId) {
        return jdbc.sql(OF_REQUEST).param(requestId).query(String.class).list();
    }

    /** All deliveries so far. */
    public Totals totals() {
        return jdbc.sql(TOTALS)
                .query((row, number) ->
                        new Totals(row.getLong("requests"), row.getLong("deliveries") - row.getLong("requests")))
                .single();
    }

    /** The number of the last delivery; later ones are greater. */
    long lastId() {
        return jdbc.sql(LAST_ID).query(Long.class).single();
    }

    /** The requests of all deliveries after that number, once for each delivery. */
    List<String> requestsAfter(long id) {
        return jdbc.sql(REQUESTS_AFTER).param(id).query(String.class).list();
    }

    /** The last deliveries, latest first, without their outcomes. */
    public List<Delivery> latest(int count) {
        return jdbc.sql(LATEST)
                .param(count)
                .query((row, number) -> new Delivery(row.getLong("id"), row.getString("request_id")))
                .list();
    }

    /** The outcome of one delivery. */
    public Optional<String> outcome(long id) {
        return jdbc.sql(OUTCOME).param(id).query(String.class).optional();
    }

    /** How many requests were delivered, and how many deliveries were one too many. */
    public record Totals(long delivered, long duplicates) {}

    /** One delivery. */
    public record Delivery(long id, String requestId) {}
}
