package io.patienthttp.spring;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.jdbc.JdbcCustomization;
import com.github.kagkarlsson.scheduler.task.Task;
import io.patienthttp.dbscheduler.DbSchedulerCallbacks;
import io.patienthttp.runtime.Settings;
import io.patienthttp.spi.CallbackQueue;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.jdbc.metadata.DataSourcePoolMetadataProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/**
 * Callbacks as jobs of db-scheduler: of the application's Scheduler bean, or of one that Patient HTTP brings up. The
 * Scheduler depends on the task, and the queue on the Scheduler; the task depends on nothing, so that there is no cycle.
 */
@Configuration(proxyBeanMethods = false)
class DbSchedulerConfiguration {

    private static final Logger log = LoggerFactory.getLogger(DbSchedulerConfiguration.class);

    private static final int MOST_THREADS = 20;

    /** Where the application's scheduler has its jobs, if it is that of db-scheduler's starter. */
    static String tableName(PatientHttpProperties properties, Environment environment) {
        var tableName = properties.callback().tableName();
        return tableName != null ? tableName : environment.getProperty("db-scheduler.table-name", "scheduled_tasks");
    }

    @Bean
    @ConditionalOnMissingBean
    DbSchedulerCallbacks patientHttpCallbacks(
            Settings settings,
            PatientHttpProperties properties,
            Environment environment,
            ObjectProvider<JdbcCustomization> customization,
            ApplicationDataSource application,
            ObjectProvider<DataSourcePoolMetadataProvider> pools) {
        var callbacks = DbSchedulerCallbacks.builder();
        pools.orderedStream()
                .map(pool -> pool.getDataSourcePoolMetadata(application.dataSource()))
                .flatMap(pool -> Stream.ofNullable(pool == null ? null : pool.getMax()))
                .findFirst()
                .ifPresent(connections -> callbacks.threads(threads(connections)));
        PropertySettings.set(settings.callbackTaskName(), callbacks::taskName);
        PropertySettings.set(tableName(properties, environment), callbacks::tableName);
        PropertySettings.set(properties.callback().threads(), callbacks::threads);
        customization.ifUnique(callbacks::jdbcCustomization);
        return callbacks.build();
    }

    /** A callback may hold a connection while it runs: some are left for the application, and five for ourselves. */
    private static int threads(int connections) {
        return Math.max(1, Math.min(MOST_THREADS, connections - 5));
    }

    /** Db-scheduler's starter gives its Scheduler all tasks that are beans. */
    @Bean
    @ConditionalOnBean(Scheduler.class)
    Task<Void> patientHttpCallbackTask(DbSchedulerCallbacks callbacks) {
        return callbacks.task();
    }

    @Bean
    @ConditionalOnBean(Scheduler.class)
    @ConditionalOnMissingBean(CallbackQueue.class)
    CallbackQueue patientHttpCallbackQueue(
            DbSchedulerCallbacks callbacks, Scheduler scheduler, ConfigurableListableBeanFactory beans) {
        if (nobodyTook("patientHttpCallbackTask", beans) && nobodyTook("patientHttpCallbacks", beans)) {
            log.warn(
                    "It seems that the Scheduler bean of db-scheduler does not know the task {}, without which no"
                            + " callback will run: give it the bean patientHttpCallbackTask, for example with a parameter"
                            + " List<Task<?>>",
                    callbacks.task().getName());
        }
        return callbacks.on(scheduler);
    }

    /** A scheduler cannot be asked for its tasks. */
    private static boolean nobodyTook(String bean, ConfigurableListableBeanFactory beans) {
        return Set.of("patientHttpCallbackTask", "patientHttpCallbackQueue")
                .containsAll(Set.of(beans.getDependentBeans(bean)));
    }

    @Bean
    @ConditionalOnMissingBean(CallbackQueue.class)
    CallbackQueue patientHttpOwnedCallbackQueue(DbSchedulerCallbacks callbacks, ApplicationDataSource application) {
        return callbacks.owned(application.dataSource());
    }
}
