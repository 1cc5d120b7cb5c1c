package io.patienthttp.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.patienthttp.fixture.Databases;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;

/** With the transactions of JPA, which JDBC joins. */
@Tag("database")
class ApplicationJpaTest extends ApplicationContract {

    @Override
    String newDatabase() {
        return Databases.postgresUrl();
    }

    @Override
    String[] properties() {
        return new String[] {"spring.autoconfigure.exclude=", "spring.jpa.open-in-view=false"};
    }

    @Test
    void theTransactionManagerIsThatOfJpa() {
        start();

        assertThat(context.getBean(PlatformTransactionManager.class)).isInstanceOf(JpaTransactionManager.class);
    }
}
