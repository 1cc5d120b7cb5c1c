package io.patienthttp.jdbc;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** Writes table names and the database's idioms into statements: {requests}, {processes}, {minutes}, {now}. */
final class Tables {

    private static final Pattern PREFIX = Pattern.compile("([A-Za-z_][A-Za-z0-9_]*\\.)?[A-Za-z_][A-Za-z0-9_]{0,39}");

    private final String prefix;
    private final Dialect dialect;
    private final Map<String, String> rendered = new ConcurrentHashMap<>();

    Tables(String prefix, Dialect dialect) {
        this.prefix = requireValid(prefix);
        this.dialect = dialect;
    }

    static String requireValid(String prefix) {
        if (!PREFIX.matcher(prefix).matches()) {
            throw new IllegalArgumentException(
                    "tablePrefix must be letters, digits and underscores, at most 40, with an"
                            + " optional schema before a dot, was \"" + prefix + "\"");
        }
        return prefix;
    }

    String prefix() {
        return prefix;
    }

    String sql(String template) {
        return rendered.computeIfAbsent(template, this::render);
    }

    /** An UPDATE that returns columns of the rows that it changed. */
    String returning(String template, String columns) {
        return rendered.computeIfAbsent(
                template + " -> " + columns, key -> dialect.returning(render(template), columns));
    }

    private String render(String template) {
        return template.replace("{requests}", prefix + "requests")
                .replace("{processes}", prefix + "processes")
                .replace("{minutes}", prefix + "minutes")
                .replace("{schema}", prefix + "schema")
                .replace("{now}", dialect.clock());
    }
}
