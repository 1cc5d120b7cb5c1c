package io.patienthttp.spring;

import io.patienthttp.Callback;
import io.patienthttp.Failure;
import io.patienthttp.Response;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.util.ClassUtils;

/**
 * A callback bean under the name that its user's class has. Spring may subclass a bean instead of wrapping it (a
 * configuration class, a lookup method), and {@link Callback#name} would then give the name of the subclass.
 *
 * @param userClass the class that the user wrote, by which requests name the callback
 * @param bean the bean, which may be a proxy
 */
public record UserCallback(Class<?> userClass, Callback bean) implements Callback {

    /** Finds the user's class of the bean. */
    public static UserCallback of(Callback bean) {
        return new UserCallback(ClassUtils.getUserClass(AopProxyUtils.ultimateTargetClass(bean)), bean);
    }

    @Override
    public String name() {
        var name = bean.name();
        return name.equals(bean.getClass().getName()) ? userClass.getName() : name;
    }

    @Override
    public boolean transactional() {
        return bean.transactional();
    }

    @Override
    public void onComplete(Response response) throws Exception {
        bean.onComplete(response);
    }

    @Override
    public void onError(Failure failure) throws Exception {
        bean.onError(failure);
    }
}
