package io.patienthttp.dbscheduler;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** What a failed statement means, by its SQL state, wherever db-scheduler wrapped it. */
final class Failures {

    private Failures() {}

    /** Class 23 of SQLSTATE: integrity constraint violation. */
    static boolean isDuplicate(Exception e) {
        return sqlState(e).startsWith("23");
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
