package io.patienthttp.test;

import io.patienthttp.Callback;
import io.patienthttp.Listener;
import io.patienthttp.Preprocessor;
import io.patienthttp.runtime.Settings;
import io.patienthttp.spring.UserCallback;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The client of {@link AutoConfigureTestPatientHttp}. The starter's auto-configuration backs off before it. */
@Configuration(proxyBeanMethods = false)
class TestPatientHttpConfiguration {

    /** Looks for callbacks when the first request is enqueued: they may themselves need the client. */
    @Bean
    @Primary
    TestPatientHttp testPatientHttp(
            ListableBeanFactory beans,
            ObjectProvider<Settings> settings,
            ObjectProvider<PlatformTransactionManager> managers) {
        return new TestPatientHttp(
                http -> complete(
                        http,
                        beans,
                        settings.getIfAvailable(() -> Settings.builder().build()),
                        managers.getIfUnique()),
                TestPatientHttpConfiguration::atTheEnd);
    }

    private static void complete(
            TestPatientHttp http,
            ListableBeanFactory beans,
            Settings settings,
            @Nullable PlatformTransactionManager manager) {
        http.sending(sending -> sending.settings(settings));
        var transaction = manager == null || Boolean.FALSE.equals(settings.transactionalDelivery())
                ? null
                : new TransactionTemplate(manager);
        for (var bean : BeanFactoryUtils.beansOfTypeIncludingAncestors(beans, Callback.class)
                .values()) {
            var callback = UserCallback.of(bean);
            http.callback(
                    callback.userClass(),
                    transaction != null && callback.transactional()
                            ? new TransactionalCallback(callback, transaction)
                            : callback);
        }
        BeanFactoryUtils.beansOfTypeIncludingAncestors(beans, Preprocessor.class)
                .forEach((name, bean) -> http.sending(sending -> sending.preprocessor(name, bean)));
        beans.getBeanProvider(Listener.class).orderedStream().forEach(http::listener);
    }

    private static void atTheEnd(Runnable committed, Runnable rolledBack) {
        if (!TransactionSynchronizationManager.isSynchronizationActive()) {
            committed.run();
            return;
        }
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCompletion(int status) {
                if (status == STATUS_ROLLED_BACK) {
                    rolledBack.run();
                } else if (status == STATUS_COMMITTED) {
                    committed.run();
                }
            }
        });
    }
}
