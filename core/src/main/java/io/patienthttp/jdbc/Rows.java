package io.patienthttp.jdbc;

import io.patienthttp.RequestState;
import io.patienthttp.RequestStatus;
import io.patienthttp.spi.CallbackJob;
import io.patienthttp.spi.RequestRef;
import io.patienthttp.spi.RequestStore.ClaimedRequest;
import io.patienthttp.spi.RequestStore.CompletedRow;
import io.patienthttp.spi.RequestStore.ProcessRow;
import io.patienthttp.spi.RequestStore.Recorded;
import io.patienthttp.spi.RequestStore.StoredOutcome;
import io.patienthttp.spi.RequestStore.StoredRequest;
import io.patienthttp.spi.RequestStore.Value;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Reads rows into values. */
final class Rows {

    private Rows() {}

    static RequestRef ref(ResultSet row) throws SQLException {
        return new RequestRef(Sql.uuid(row, "id"), row.getInt("epoch"));
    }

    static CallbackJob job(ResultSet row) throws SQLException {
        return new CallbackJob(ref(row), Sql.instant(row, "created_at"));
    }

    static Recorded recorded(ResultSet row) throws SQLException {
        return new Recorded(job(row), row.getBoolean("cancel_requested"));
    }

    static RequestState state(ResultSet row) throws SQLException {
        return RequestState.valueOf(row.getString("state"));
    }

    static ClaimedRequest claimed(ResultSet row) throws SQLException {
        return new ClaimedRequest(
                ref(row),
                row.getInt("attempt"),
                row.getInt("recoveries"),
                row.getString("concurrency_key"),
                request(row),
                Sql.instant(row, "created_at"),
                Sql.instant(row, "run_at"),
                Sql.instant(row, "claimed_at"),
                row.getObject("deadline_at") == null ? null : Sql.instant(row, "deadline_at"),
                row.getString("trace_context"));
    }

    static StoredRequest request(ResultSet row) throws SQLException {
        return new StoredRequest(
                row.getInt("format"),
                row.getString("callback"),
                row.getString("method"),
                row.getString("host"),
                row.getString("callback_args"),
                new Value(row.getString("request"), row.getString("request_ref")));
    }

    static StoredOutcome outcome(ResultSet row) throws SQLException {
        return new StoredOutcome(
                ref(row),
                state(row),
                row.getInt("format"),
                row.getInt("attempt"),
                row.getString("method"),
                row.getString("host"),
                row.getString("callback"),
                row.getString("callback_args"),
                outcomeValue(row),
                row.getString("trace_context"),
                age(row));
    }

    private static @Nullable Value outcomeValue(ResultSet row) throws SQLException {
        var text = row.getString("outcome");
        if (text == null) {
            var size = row.getLong("outcome_size");
            return row.wasNull() ? null : Value.left(size);
        }
        return new Value(text, row.getString("outcome_ref"));
    }

    private static Duration age(ResultSet row) throws SQLException {
        return row.getObject("completed_at") == null
                ? Duration.ZERO
                : Duration.between(Sql.instant(row, "completed_at"), Sql.instant(row, "read_at"));
    }

    static CompletedRow completed(ResultSet row) throws SQLException {
        return new CompletedRow(ref(row), Sql.instant(row, "completed_at"));
    }

    static RequestStatus status(ResultSet row) throws SQLException {
        return new RequestStatus(
                Sql.uuid(row, "id").toString(),
                state(row),
                new RequestStatus.Attempts(
                        row.getInt("attempt"), row.getInt("recoveries"), row.getBoolean("cancel_requested")),
                row.getString("callback"),
                Sql.instant(row, "created_at"),
                row.getString("last_error"));
    }

    static ProcessRow process(ResultSet row) throws SQLException {
        return new ProcessRow(
                Sql.uuid(row, "id"),
                row.getString("host"),
                row.getLong("pid"),
                row.getString("version"),
                Duration.ofMillis(row.getLong("lease_ms")),
                row.getString("engine_name"),
                row.getInt("max_in_flight"),
                row.getInt("in_flight"),
                Sql.instant(row, "started_at"),
                Sql.instant(row, "last_seen_at"));
    }
}
