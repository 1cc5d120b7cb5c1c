package io.patienthttp.spi;

import io.patienthttp.Method;
import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One hop, ready for the wire: all secrets are in it. {@link #toString} shows none of them.
 *
 * @param id what goes into {@code x-request-id}
 * @param method the method
 * @param url the URL with all parameters
 * @param headers lower-case name to value
 * @param body the body, or null; not to be modified
 * @param limits what it must keep to
 */
public record OutgoingRequest(
        String id, Method method, URI url, Map<String, String> headers, byte @Nullable [] body, Limits limits) {

    @Override
    public String toString() {
        return "OutgoingRequest[" + id + " " + method + " " + url.getScheme() + "://" + url.getHost() + "]";
    }
}
