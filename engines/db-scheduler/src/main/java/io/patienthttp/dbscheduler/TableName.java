package io.patienthttp.dbscheduler;

import java.util.regex.Pattern;

/** The name of a table, safe to be part of a statement: plain SQL identifiers, with or without a schema. */
record TableName(String qualified) {

    private static final Pattern IDENTIFIERS =
            Pattern.compile("([A-Za-z_][A-Za-z0-9_]{0,62}\\.)?[A-Za-z_][A-Za-z0-9_]{0,62}");

    TableName {
        if (!IDENTIFIERS.matcher(qualified).matches()) {
            throw new IllegalArgumentException(
                    "tableName must be an SQL identifier, or two with a dot between them, was \"" + qualified + "\"");
        }
    }

    /** The statement or script for this table. */
    String in(String sql) {
        return sql.replace("${table}", qualified).replace("${name}", qualified.substring(qualified.indexOf('.') + 1));
    }
}
