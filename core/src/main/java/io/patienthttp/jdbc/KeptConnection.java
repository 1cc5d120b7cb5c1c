package io.patienthttp.jdbc;

import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A DataSource that keeps one connection of another one. It gives it back only to take a fresh one: when it is broken,
 * or after ten minutes, because a pool retires connections only while they are in it. For one thread at a time.
 */
final class KeptConnection implements DataSource {

    private static final Duration LONGEST_USE = Duration.ofMinutes(10);

    private final DataSource pool;
    private volatile @Nullable Connection kept;
    private long takenAt;

    KeptConnection(DataSource pool) {
        this.pool = pool;
    }

    @Override
    public Connection getConnection() throws SQLException {
        var connection = kept;
        if (connection == null || connection.isClosed() || System.nanoTime() - takenAt > LONGEST_USE.toNanos()) {
            discard();
            connection = pool.getConnection();
            kept = connection;
            takenAt = System.nanoTime();
        }
        return keptOpen(connection);
    }

    /** Gives the connection back. */
    void discard() {
        var connection = kept;
        kept = null;
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException e) {
                // It is broken, and the pool drops it.
            }
        }
    }

    /** Any failure may mean that the connection is broken: the next use takes a fresh one. */
    private Connection keptOpen(Connection connection) {
        return (Connection) Proxy.newProxyInstance(
                KeptConnection.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("close")) {
                        return null;
                    }
                    try {
                        return method.invoke(connection, arguments);
                    } catch (InvocationTargetException e) {
                        discard();
                        throw e.getCause();
                    }
                });
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException("the connection is that of the pool");
    }

    @Override
    public PrintWriter getLogWriter() throws SQLException {
        return pool.getLogWriter();
    }

    @Override
    public void setLogWriter(PrintWriter out) throws SQLException {
        pool.setLogWriter(out);
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        pool.setLoginTimeout(seconds);
    }

    @Override
    public int getLoginTimeout() throws SQLException {
        return pool.getLoginTimeout();
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        return pool.getParentLogger();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return pool.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return pool.isWrapperFor(type);
    }
}
