package io.patienthttp;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The database, the job engine or a payload store could not do what was asked. If it is thrown by {@code enqueue} in a
 * transaction of the caller, nothing was stored and the caller's transaction should be rolled back.
 *
 * <p>Where the database complains about a value, its own message is left out, because drivers put whole rows into it.
 */
public final class StorageException extends PatientHttpException {

    private static final long serialVersionUID = 1L;

    private final Reason reason;

    private StorageException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /**
     * A failure of the database, wherever in the chain of causes its exception is.
     *
     * @param tried what could not be done, on which ids
     */
    public static StorageException of(String tried, Throwable cause) {
        var sql = sqlException(cause);
        var state = sql == null ? null : sql.getSQLState();
        var reason = reason(state);
        return new StorageException(
                reason,
                "could not " + tried + ": SQL state " + state,
                sql == null || reason == Reason.UNAVAILABLE || reason == Reason.CONFLICT ? cause : withoutData(sql));
    }

    /**
     * A failure of a store that is no database, such as a payload store that cannot be reached: {@link
     * Reason#UNAVAILABLE}, because it does not refuse values.
     *
     * @param tried what could not be done, on which key
     * @param cause whose message shows no payload
     */
    public static StorageException unavailable(String tried, Throwable cause) {
        return new StorageException(Reason.UNAVAILABLE, "could not " + tried, cause);
    }

    private static @Nullable SQLException sqlException(Throwable thrown) {
        SQLException found = null;
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                found = found == null || found.getSQLState() == null ? sql : found;
            }
        }
        return found;
    }

    private static SQLException withoutData(SQLException sql) {
        var safe = new SQLException("SQL state " + sql.getSQLState(), sql.getSQLState(), sql.getErrorCode());
        safe.setStackTrace(sql.getStackTrace());
        return safe;
    }

    /**
     * Class 22 (data), 23 (constraint) and 54 (limit) of the SQL states speak of the value; 40001, 40P01, 55P03 and H2's
     * lock timeout of another transaction; class 08 (connection), 25 (read-only), 28 (login), 3D and 42 (schema), 53
     * (resources), 57P (operator), 58 (system) and H2's 90 of the database, as does a failure without a state.
     *
     * @see <a href="https://www.postgresql.org/docs/current/errcodes-appendix.html">PostgreSQL error codes</a>
     */
    private static Reason reason(@Nullable String state) {
        if (state == null || state.matches("(08|25|28|3D|42|53|57P|58|90).*")) {
            return Reason.UNAVAILABLE;
        }
        if (state.matches("40001|40P01|55P03|HYT00")) {
            return Reason.CONFLICT;
        }
        return state.matches("(22|23|54).*") ? Reason.REFUSED : Reason.FAILED;
    }

    /** What went wrong, and so whether it is worth to try again. */
    public Reason reason() {
        return reason;
    }

    /** What went wrong. */
    public enum Reason {
        /** The database or store cannot be reached or does not work now: the same may succeed later. */
        UNAVAILABLE,
        /** Another transaction was in the way (deadlock, serialization, lock timeout): the same may succeed at once. */
        CONFLICT,
        /** The database refuses the value: the same will fail again. */
        REFUSED,
        /** Something else, such as a trigger or a timeout: who knows. */
        FAILED
    }
}
