package io.patienthttp.faults;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import javax.sql.DataSource;

/** A DataSource on whose connections a worker pauses at a point. */
final class PausingDataSource {

    private PausingDataSource() {}

    static DataSource of(DataSource pool, Point point) {
        return (DataSource) Proxy.newProxyInstance(
                PausingDataSource.class.getClassLoader(),
                new Class<?>[] {DataSource.class},
                (proxy, method, arguments) -> {
                    var result = call(pool, method, arguments);
                    return result instanceof Connection connection ? connection(connection, point) : result;
                });
    }

    private static Connection connection(Connection connection, Point point) {
        var statements = new StringBuilder(); // of the transaction that is open
        return (Connection) Proxy.newProxyInstance(
                PausingDataSource.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                (proxy, method, arguments) -> {
                    if (arguments != null && arguments.length > 0 && arguments[0] instanceof String sql) {
                        statements.append(sql);
                        if (point.isBefore(sql)) {
                            point.pause();
                        }
                    }
                    boolean commits = method.getName().equals("commit");
                    if (commits && point.isBeforeCommitOf(statements.toString())) {
                        point.pause();
                    }
                    var result = call(connection, method, arguments);
                    if (commits && point.isAfterCommitOf(statements.toString())) {
                        point.pause();
                    }
                    return result;
                });
    }

    private static Object call(Object target, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
