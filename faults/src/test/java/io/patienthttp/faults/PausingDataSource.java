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
        var reached = new boolean[1]; // by the transaction that is open
        return (Connection) Proxy.newProxyInstance(
                PausingDataSource.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                (proxy, method, arguments) -> {
                    if (arguments != null && arguments.length > 0 && arguments[0] instanceof String sql) {
                        reached[0] |= point.isAfterCommitOf(sql);
                        if (point.isBefore(sql)) {
                            point.pause();
                        }
                    }
                    var result = call(connection, method, arguments);
                    if (method.getName().equals("commit") && reached[0]) {
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
