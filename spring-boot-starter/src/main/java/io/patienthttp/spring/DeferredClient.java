package io.patienthttp.spring;

import io.patienthttp.CancelResult;
import io.patienthttp.PatientHttpClient;
import io.patienthttp.Request;
import io.patienthttp.RequestStatus;
import io.patienthttp.runtime.PatientHttp;
import java.sql.Connection;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;

/**
 * What applications inject. It looks for {@link PatientHttp} at first use, so that callbacks, which that one needs, may
 * themselves need a client.
 */
final class DeferredClient implements PatientHttpClient {

    private final ObjectProvider<PatientHttp> provider;
    private volatile @Nullable PatientHttp found;

    DeferredClient(ObjectProvider<PatientHttp> provider) {
        this.provider = provider;
    }

    private PatientHttp http() {
        var http = found;
        if (http == null) {
            http = provider.getObject();
            found = http;
        }
        return http;
    }

    @Override
    public List<String> enqueueAll(Collection<Request> requests) {
        return http().enqueueAll(requests);
    }

    @Override
    public List<String> enqueueAll(Connection connection, Collection<Request> requests) {
        return http().enqueueAll(connection, requests);
    }

    @Override
    public CancelResult cancel(String id) {
        return http().cancel(id);
    }

    @Override
    public Optional<RequestStatus> find(String id) {
        return http().find(id);
    }
}
