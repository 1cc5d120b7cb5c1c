package io.patienthttp.spring;

import io.patienthttp.Callback;
import io.patienthttp.Failure;
import io.patienthttp.Response;

/**
 * A callback bean under the name that its user's class has. Spring may subclass a bean instead of wrapping it (a
 * configuration class, a lookup method), and {@link Callback#name} would then give the name of the subclass.
 */
record UserCallback(Class<?> userClass, Callback bean) implements Callback {

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
