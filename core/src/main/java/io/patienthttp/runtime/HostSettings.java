package io.patienthttp.runtime;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** What differs for one host. Immutable and safe for all threads. */
public final class HostSettings {

    private final OptionalInt maxInFlight;
    private final @Nullable Duration requestTimeout;

    private HostSettings(Builder builder) {
        this.maxInFlight = builder.maxInFlight;
        this.requestTimeout = builder.requestTimeout;
    }

    /** How many requests to the host this process has in flight at most; empty: as many as to all. */
    public OptionalInt maxInFlight() {
        return maxInFlight;
    }

    /** The request timeout for the host; empty: that of all. */
    public Optional<Duration> requestTimeout() {
        return Optional.ofNullable(requestTimeout);
    }

    /** Builds {@link HostSettings}. Not safe for several threads. */
    public static final class Builder {

        private final String host;
        private OptionalInt maxInFlight = OptionalInt.empty();
        private @Nullable Duration requestTimeout;

        Builder(String host) {
            this.host = host;
        }

        /** Sets how many requests to the host this process has in flight at most. 1 to 100,000. */
        public Builder maxInFlight(int maxInFlight) {
            this.maxInFlight = OptionalInt.of(Bounds.within("maxInFlight of host " + host, maxInFlight, 1, 100_000));
            return this;
        }

        /** Sets the request timeout for the host. Positive. */
        public Builder requestTimeout(Duration requestTimeout) {
            this.requestTimeout = Bounds.positive("requestTimeout of host " + host, requestTimeout);
            return this;
        }

        HostSettings build() {
            return new HostSettings(this);
        }
    }
}
