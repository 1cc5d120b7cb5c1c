package io.patienthttp.internal.http;

import org.eclipse.jetty.client.ProcessingProtocolHandler;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;

/**
 * Passes over answers of status 100 to 199, which come before the final one (RFC 9110, section 15.2), but not over 101,
 * which we never ask for, and not over any number of them: a server that sends them without end would keep a thread, and
 * no timeout would end the exchange.
 */
final class InterimAnswers extends ProcessingProtocolHandler {

    private static final String SEEN = InterimAnswers.class.getName();
    private static final int MOST = 100;

    @Override
    public String getName() {
        return "interim";
    }

    @Override
    public boolean accept(Request request, Response response) {
        var status = response.getStatus();
        if (status < 100 || status > 199 || status == 101) {
            return false;
        }
        var seen = request.getAttributes().get(SEEN) instanceof Integer count ? count : 0;
        request.attribute(SEEN, seen + 1);
        return seen < MOST;
    }
}
