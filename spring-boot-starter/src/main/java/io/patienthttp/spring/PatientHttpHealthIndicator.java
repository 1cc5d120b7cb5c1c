package io.patienthttp.spring;

import io.patienthttp.Backlog;
import io.patienthttp.runtime.PatientHttp;
import io.patienthttp.runtime.Vitals;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Whether this process does its work. OUT_OF_SERVICE: the processor is about to start or stop, or finishes what it holds.
 * DOWN: its lease is over, as no heartbeat came through; or the claimer has not come round for longer than the lease; or
 * requests wait longer than the threshold, if there is one. Else UP; also where the processor is not enabled, which then
 * neither has a lease nor minds the queue. Waits half a second for the database at most.
 */
final class PatientHttpHealthIndicator extends AbstractHealthIndicator {

    private static final String REASON = "reason";

    private final PatientHttp http;
    private final boolean enabled;
    private final @Nullable Duration queueAgeThreshold;

    PatientHttpHealthIndicator(PatientHttp http, boolean enabled, @Nullable Duration queueAgeThreshold) {
        super("The health of Patient HTTP could not be told");
        this.http = http;
        this.enabled = enabled;
        this.queueAgeThreshold = queueAgeThreshold;
        if (queueAgeThreshold != null && (queueAgeThreshold.isNegative() || queueAgeThreshold.isZero())) {
            throw new StartFailure(
                    "The property patient-http.health.queue-age-threshold is invalid: it must be positive, was "
                            + queueAgeThreshold + ".",
                    "Give the longest time that a request may wait to be sent before this is a disturbance, or remove"
                            + " the property.",
                    null);
        }
    }

    @Override
    protected void doHealthCheck(Health.Builder health) {
        if (!enabled && http.isStopped()) {
            health.up().withDetail("processor", "not enabled");
            return;
        }
        var vitals = http.vitals();
        var oldest = http.operations().recentBacklog().map(PatientHttpHealthIndicator::oldest);
        health.withDetail("state", http.state())
                .withDetail("inFlight", vitals.inFlight())
                .withDetail("maxInFlight", vitals.maxInFlight())
                .withDetail("leaseAge", text(vitals.sinceHeartbeat()))
                .withDetail("lastClaim", text(vitals.sinceClaim()))
                .withDetail("oldestPendingAge", text(oldest));
        if (!http.isRunning()) {
            health.outOfService();
            return;
        }
        disturbance(vitals, oldest).ifPresentOrElse(reason -> health.down().withDetail(REASON, reason), health::up);
    }

    private Optional<String> disturbance(Vitals vitals, Optional<Duration> oldest) {
        var lease = http.settings().lease();
        if (vitals.sinceHeartbeat().filter(age -> age.compareTo(lease) < 0).isEmpty()) {
            return Optional.of("the lease of " + lease + " is over: no heartbeat reaches the database");
        }
        var round = lease.plus(http.settings().pollInterval());
        if (vitals.sinceClaim().filter(age -> age.compareTo(round) < 0).isEmpty()) {
            return Optional.of("no claim has ended for " + round);
        }
        return Optional.ofNullable(queueAgeThreshold)
                .filter(threshold ->
                        oldest.filter(age -> age.compareTo(threshold) > 0).isPresent())
                .map(threshold -> "requests wait longer than " + threshold);
    }

    private static Duration oldest(Backlog backlog) {
        return backlog.oldestPendingAge().orElse(Duration.ZERO);
    }

    private static String text(Optional<Duration> duration) {
        return duration.map(known -> known.truncatedTo(ChronoUnit.MILLIS).toString())
                .orElse("unknown");
    }
}
