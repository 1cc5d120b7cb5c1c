package io.patienthttp.spring;

import io.micrometer.observation.ObservationRegistry;
import io.patienthttp.Callback;
import io.patienthttp.Listener;
import io.patienthttp.PatientHttpClient;
import io.patienthttp.Preprocessor;
import io.patienthttp.jdbc.JdbcTransactions;
import io.patienthttp.micrometer.ObservationTracing;
import io.patienthttp.runtime.PatientHttp;
import io.patienthttp.runtime.Settings;
import io.patienthttp.spi.CallbackQueue;
import io.patienthttp.spi.PayloadCipher;
import io.patienthttp.spi.PayloadStore;
import io.patienthttp.spi.Tracing;
import io.patienthttp.spi.Transactions;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.BeanUtils;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.autoconfigure.context.LifecycleProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.sql.init.dependency.DatabaseInitializationDependencyConfigurer;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;
import org.springframework.core.env.Environment;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * Patient HTTP in a Spring Boot application. Beans of {@link Callback}, {@link Preprocessor} (under the name of the
 * bean), {@link Listener}, {@link SecretResolver}, {@link PayloadCipher} and {@link PayloadStore} (of several the last in
 * order is written, all are read) are registered with it; applications inject
 * {@link PatientHttpClient}, also into callbacks, or {@link PatientHttp} for the lifecycle and operations, not into
 * callbacks. It backs off where the application defines one of these two itself. Where there is an {@code
 * ObservationRegistry}, requests show in traces ({@link Tracing}; a bean of the application's own replaces it).
 *
 * <p>Enqueue joins the current transaction if there is a transaction manager for the DataSource
 * (DataSourceTransactionManager, JdbcTransactionManager or JpaTransactionManager); without one, or with JTA, it commits
 * on its own, and callbacks are delivered at least once.
 *
 * <p>Callbacks run on the {@code Scheduler} bean of db-scheduler if there is one, which must know the bean
 * {@code patientHttpCallbackTask}: db-scheduler's starter sees to that. Callbacks that die with the process are then run
 * again only when db-scheduler notices, unless the application says how the scheduler is named, uniquely for each start:
 *
 * <pre>{@code
 * @Bean
 * CallbackQueue callbackQueue(DbSchedulerCallbacks callbacks, Scheduler scheduler) {
 *   return callbacks.on(scheduler, NAME);   // NAME = "app-" + UUID.randomUUID(), also given by a DbSchedulerCustomizer
 * }
 * }</pre>
 */
@AutoConfiguration(
        after = {DataSourceAutoConfiguration.class, DataSourceTransactionManagerAutoConfiguration.class},
        afterName = {
            "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration",
            "org.springframework.boot.transaction.jta.autoconfigure.JtaAutoConfiguration",
            "com.github.kagkarlsson.scheduler.boot.autoconfigure.DbSchedulerAutoConfiguration",
            "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration"
        })
@EnableConfigurationProperties(PatientHttpProperties.class)
public final class PatientHttpAutoConfiguration {

    private static final Logger log = LoggerFactory.getLogger(PatientHttpAutoConfiguration.class);

    /** Not a bean of its own: Spring makes it. */
    PatientHttpAutoConfiguration() {}

    @Bean
    @Primary
    @ConditionalOnSingleCandidate(PatientHttp.class)
    @ConditionalOnMissingBean(value = PatientHttpClient.class, ignored = PatientHttp.class)
    PatientHttpClient patientHttpClient(ObjectProvider<PatientHttp> http) {
        return new DeferredClient(http);
    }

    /** Also where the application brings a client of its own, such as that of the test kit, which goes by them. */
    @Bean
    @ConditionalOnMissingBean
    Settings patientHttpSettings(PatientHttpProperties properties) {
        return PropertySettings.of(properties);
    }

    @Bean
    @ConditionalOnSingleCandidate(PatientHttp.class)
    @ConditionalOnProperty(name = "patient-http.processor.enabled", matchIfMissing = true)
    PatientHttpLifecycle patientHttpLifecycle(PatientHttp http, ObjectProvider<LifecycleProperties> lifecycle) {
        var properties = lifecycle.getIfAvailable(LifecycleProperties::new);
        return new PatientHttpLifecycle(http, properties.getTimeoutPerShutdownPhase());
    }

    /** Everything that {@link PatientHttp} is made of. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnMissingBean(PatientHttpClient.class)
    @Import({DatabaseInitializationDependencyConfigurer.class, DbSchedulerConfiguration.class})
    static class Wiring {

        @Bean
        ApplicationDataSource patientHttpDataSource(ObjectProvider<DataSource> dataSources) {
            return ApplicationDataSource.of(dataSources);
        }

        @Bean
        SchemaInitializer patientHttpSchemaInitializer(
                ApplicationDataSource application,
                Settings settings,
                PatientHttpProperties properties,
                Environment environment) {
            return new SchemaInitializer(
                    application.dataSource(),
                    properties.initializeSchema(),
                    settings.tablePrefix(),
                    DbSchedulerConfiguration.tableName(properties, environment));
        }

        @Bean
        @DependsOnDatabaseInitialization
        @ConditionalOnMissingBean
        Transactions patientHttpTransactions(
                ApplicationDataSource application, ObjectProvider<PlatformTransactionManager> managers) {
            var dataSource = application.dataSource();
            var manager = managerOf(dataSource, managers);
            if (manager.isEmpty()) {
                log.info(
                        "There is no transaction manager for the DataSource {}: enqueue commits on its own",
                        dataSource);
            }
            return manager.<Transactions>map(found -> new SpringTransactions(dataSource, found))
                    .orElseGet(() -> JdbcTransactions.of(dataSource));
        }

        /** The primary one, if several are for the DataSource. */
        private static Optional<PlatformTransactionManager> managerOf(
                DataSource dataSource, ObjectProvider<PlatformTransactionManager> managers) {
            return Optional.ofNullable(managers.getIfUnique())
                    .filter(manager -> isFor(dataSource, manager))
                    .or(() -> managers.orderedStream()
                            .filter(manager -> isFor(dataSource, manager))
                            .findFirst());
        }

        /** JpaTransactionManager, of a module that need not be there, has the property too. */
        private static boolean isFor(DataSource dataSource, PlatformTransactionManager manager) {
            var property = BeanUtils.getPropertyDescriptor(manager.getClass(), "dataSource");
            if (property == null || property.getReadMethod() == null) {
                return false;
            }
            try {
                return property.getReadMethod().invoke(manager) instanceof DataSource managed
                        && ApplicationDataSource.withoutProxy(managed).equals(dataSource);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("could not read the DataSource of " + manager, e);
            }
        }

        @Bean(destroyMethod = "close")
        @DependsOnDatabaseInitialization
        PatientHttp patientHttp(
                ApplicationDataSource application,
                Settings settings,
                PatientHttpProperties properties,
                Transactions transactions,
                CallbackQueue queue,
                Registrations registrations,
                Storage storage,
                ObjectProvider<Tracing> tracing) {
            requirePossible(settings, transactions);
            var builder = PatientHttp.builder(application.dataSource())
                    .settings(settings)
                    .transactions(transactions)
                    .callbackQueue(queue);
            properties.secrets().forEach((name, value) -> {
                var origins = properties.secretOrigins().getOrDefault(name, Set.of());
                builder.secret(name, () -> value, origins.toArray(String[]::new));
            });
            storage.addTo(builder, properties);
            registrations.addTo(builder);
            tracing.ifUnique(builder::tracing);
            return builder.build();
        }

        private static void requirePossible(Settings settings, Transactions transactions) {
            if (Boolean.TRUE.equals(settings.transactionalDelivery()) && !transactions.visibleToCallbacks()) {
                throw new StartFailure(
                        "patient-http.transactional-delivery is true, but there is no transaction manager for the"
                                + " DataSource that callbacks could take part in.",
                        "Define a JdbcTransactionManager or JpaTransactionManager for the DataSource, or remove the"
                                + " property: callbacks are then delivered at least once.",
                        null);
            }
        }

        @Bean
        Storage patientHttpStorage(ObjectProvider<PayloadCipher> ciphers, ObjectProvider<PayloadStore> stores) {
            return new Storage(ciphers, stores);
        }

        @Bean
        Registrations patientHttpRegistrations(
                ListableBeanFactory beans,
                ObjectProvider<Listener> listeners,
                ObjectProvider<SecretResolver> resolvers) {
            return new Registrations(beans, listeners, resolvers);
        }
    }

    /** How values are stored: beans of the application, and keys. */
    record Storage(ObjectProvider<PayloadCipher> ciphers, ObjectProvider<PayloadStore> stores) {

        void addTo(PatientHttp.Builder builder, PatientHttpProperties properties) {
            var cipher = ciphers.getIfAvailable();
            var ofKeys = PropertySettings.cipher(properties);
            if (cipher != null && ofKeys.isPresent()) {
                throw new StartFailure(
                        "There are both patient-http.sealing.keys and a bean of type " + PayloadCipher.class.getName()
                                + ", and only one can seal.",
                        "Remove the property, or the bean; a bean that replaces the keys must open what they sealed.",
                        null);
            }
            Optional.ofNullable(cipher).or(() -> ofKeys).ifPresent(builder::cipher);
            stores.orderedStream().forEach(builder::payloadStore);
        }
    }

    /** The application's beans that take part, looked up when {@link PatientHttp} is built. */
    record Registrations(
            ListableBeanFactory beans, ObjectProvider<Listener> listeners, ObjectProvider<SecretResolver> resolvers) {

        void addTo(PatientHttp.Builder builder) {
            var callbacks = BeanFactoryUtils.beansOfTypeIncludingAncestors(beans, Callback.class);
            if (callbacks.isEmpty()) {
                throw new StartFailure(
                        "Patient HTTP has nobody to give an outcome to: there is no bean of type "
                                + Callback.class.getName() + ".",
                        "Define one, for example a @Component that implements Callback. A node that only enqueues"
                                + " (patient-http.processor.enabled=false) needs those that its requests name, too. If"
                                + " this application must not use Patient HTTP, exclude "
                                + PatientHttpAutoConfiguration.class.getName() + " by spring.autoconfigure.exclude.",
                        null);
            }
            callbacks.values().forEach(callback -> add(builder, callback));
            BeanFactoryUtils.beansOfTypeIncludingAncestors(beans, Preprocessor.class)
                    .forEach(builder::preprocessor);
            listeners.orderedStream().forEach(builder::listener);
            builder.secrets(this::resolve);
        }

        private static void add(PatientHttp.Builder builder, Callback callback) {
            var registered = UserCallback.of(callback);
            builder.callback(registered.userClass(), registered);
        }

        private @Nullable String resolve(String name) {
            return resolvers
                    .orderedStream()
                    .map(resolver -> resolver.resolve(name))
                    .filter(Objects::nonNull)
                    .findFirst()
                    .orElse(null);
        }
    }

    /** Only with Micrometer's observations, which Spring Boot brings with the actuator. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(ObservationRegistry.class)
    static class TracingConfiguration {

        @Bean
        @ConditionalOnBean(ObservationRegistry.class)
        @ConditionalOnMissingBean
        Tracing patientHttpTracing(ObservationRegistry registry) {
            return ObservationTracing.of(registry);
        }
    }

    /** Only with the actuator. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(SanitizingFunction.class)
    static class ActuatorConfiguration {

        @Bean
        @ConditionalOnMissingBean(name = "patientHttpSecretMask")
        SanitizingFunction patientHttpSecretMask(PatientHttpProperties properties) {
            return new SecretMask(
                    Stream.concat(properties.secrets().values().stream(), properties.sealing().keys().stream())
                            .toList());
        }
    }
}
