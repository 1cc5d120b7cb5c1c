package io.patienthttp.spring;

import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;

/**
 * The DataSource of the application, to which its transaction manager binds connections. A transaction-aware proxy is
 * taken off: our own transactions must not end those of the caller.
 */
record ApplicationDataSource(DataSource dataSource) {

    static ApplicationDataSource of(ObjectProvider<DataSource> beans) {
        var dataSource = beans.getIfAvailable();
        if (dataSource == null) {
            throw new StartFailure(
                    "Patient HTTP stores requests in the application's database, but there is no DataSource bean.",
                    "Set spring.datasource.url and have spring-boot-starter-jdbc (or -data-jpa) and a driver on the"
                            + " class path, or define a DataSource bean. If this application must not use Patient HTTP,"
                            + " exclude " + PatientHttpAutoConfiguration.class.getName() + " by"
                            + " spring.autoconfigure.exclude.",
                    null);
        }
        return new ApplicationDataSource(withoutProxy(dataSource));
    }

    static DataSource withoutProxy(DataSource dataSource) {
        var plain = dataSource;
        while (plain instanceof TransactionAwareDataSourceProxy proxy && proxy.getTargetDataSource() != null) {
            plain = proxy.getTargetDataSource();
        }
        return plain;
    }
}
