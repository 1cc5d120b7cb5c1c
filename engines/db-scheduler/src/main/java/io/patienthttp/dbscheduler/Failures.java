package io.patienthttp.dbscheduler;

import io.patienthttp.StorageException;
import io.patienthttp.StorageException.Reason;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** What a failed statement means, by its SQL state, wherever db-scheduler wrapped it. */
final class Failures {

    private Failures() {}

    /**
     * Says what was tried. Class 22 (data), 23 (constraint) and 54 (limit) of the SQL states speak of the value; 40001,
     * 40P01, 55P03 and H2's lock timeout of another transaction; anything else of the database.
     *
     * @see <a href="https://www.postgresql.org/docs/current/errcodes-appendix.html">PostgreSQL error codes</a>
     */
    static StorageException storage(String tried, Exception cause) {
        return new StorageException(reason(sqlState(cause)), "could not " + tried, cause);
    }

    /** Class 23 of SQLSTATE: integrity constraint violation. */
    static boolean isDuplicate(Exception e) {
        return sqlState(e).startsWith("23");
    }

    private static Reason reason(String state) {
        return switch (state) {
            case "40001", "40P01", "55P03", "HYT00" -> Reason.CONFLICT;
            default ->
                state.startsWith("22") || state.startsWith("23") || state.startsWith("54")
                        ? Reason.REFUSED
                        : Reason.UNAVAILABLE;
        };
    }

    private static String sqlState(@Nullable Throwable e) {
        for (var cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                return sql.getSQLState();
            }
        }
        return "";
    }
}
