package io.patienthttp.benchmarks.contender;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Lets libraries that take connections from a DataSource take part in a transaction that is open on the thread. */
final class Joining {

    private static final Set<String> LEFT_TO_THE_OWNER = Set.of("commit", "rollback", "close", "setAutoCommit");

    private final ThreadLocal<@Nullable Connection> current = new ThreadLocal<>();
    private final DataSource dataSource;

    Joining(DataSource pool) {
        dataSource = proxy(DataSource.class, pool, name -> {
            var transaction = current.get();
            return name.equals("getConnection") && transaction != null ? unended(transaction) : null;
        });
    }

    DataSource dataSource() {
        return dataSource;
    }

    /** Runs the work, whose connections are all this one. */
    void in(Connection transaction, Runnable work) {
        current.set(transaction);
        try {
            work.run();
        } finally {
            current.remove();
        }
    }

    private static Connection unended(Connection transaction) {
        return proxy(Connection.class, transaction, name -> LEFT_TO_THE_OWNER.contains(name) ? IGNORED : null);
    }

    private static final Object IGNORED = new Object();

    private interface Instead {

        @Nullable
        Object of(String method);
    }

    private static <T> T proxy(Class<T> type, T target, Instead instead) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, args) -> {
            var other = instead.of(method.getName());
            if (other != null) {
                return other == IGNORED ? null : other;
            }
            try {
                return method.invoke(target, args);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }));
    }
}
