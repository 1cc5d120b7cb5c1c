package io.patienthttp.demo.slow;

import java.net.URI;
import java.time.Duration;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/** Where this process listens, known once the web server runs. */
@Component
public class SlowApiAddress {

    private static final String LOOPBACK = "127.0.0.1";

    private final Environment environment;

    SlowApiAddress(Environment environment) {
        this.environment = environment;
    }

    /** The root of this process, such as {@code http://127.0.0.1:8080}. */
    public URI root() {
        var address = environment.getProperty("server.address", LOOPBACK);
        var host = address.equals("0.0.0.0") || address.equals("::") ? LOOPBACK : address;
        var port = environment.getRequiredProperty("local.server.port");
        return URI.create("http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port);
    }

    /** The URL that answers after the delay. */
    public String slow(Duration delay) {
        return root() + "/slow?delay=" + delay.toMillis() + "ms";
    }
}
