package io.patienthttp.internal.http;

import io.patienthttp.spi.Limits;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What holds for requests that say nothing else.
 *
 * @param limits what each hop must keep to
 * @param hostTimeouts timeouts for single hosts, by lower-case host
 * @param maxRedirects how many redirects are followed; 0: none
 * @param failOnErrorStatus whether a status outside 200 to 299 is a failure
 * @param userAgent what goes into {@code user-agent}, or null for none
 * @param sensitiveHeaders headers, in any case, that a redirect to another origin does not get
 */
public record SendSettings(
        Limits limits,
        Map<String, Duration> hostTimeouts,
        int maxRedirects,
        boolean failOnErrorStatus,
        @Nullable String userAgent,
        Set<String> sensitiveHeaders) {

    /** Copies the collections. */
    public SendSettings {
        hostTimeouts = Map.copyOf(hostTimeouts);
        sensitiveHeaders = sensitiveHeaders.stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
    }
}
