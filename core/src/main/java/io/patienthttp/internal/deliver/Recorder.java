package io.patienthttp.internal.deliver;

import io.patienthttp.Failure;
import io.patienthttp.Outcome;
import io.patienthttp.RejectedFailure;
import io.patienthttp.TransportFailure;
import io.patienthttp.internal.claim.ClaimedTask;
import io.patienthttp.internal.claim.UnusableRows;
import io.patienthttp.internal.wire.Envelope;
import io.patienthttp.internal.wire.MemoryGate;
import io.patienthttp.internal.wire.OutcomeCodec;
import io.patienthttp.internal.wire.PayloadThreads;
import io.patienthttp.processor.TaskHandler;
import io.patienthttp.spi.RequestRef;
import io.patienthttp.spi.RequestStore.ClaimedRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns what became of tasks into what is written of their rows: an outcome, or a release. A task keeps its slot until
 * that is committed, so that an outage of the database stops the claiming and nothing else.
 */
public final class Recorder implements TaskHandler<ClaimedTask>, UnusableRows {

    private static final Logger log = LoggerFactory.getLogger(Recorder.class);

    /** How long a request waits for a node that has what it needs. */
    private static final Duration ELSEWHERE = Duration.ofSeconds(30);

    private final GroupCommit commits;
    private final Offload offload;
    private final Duration unresolvedTimeout;
    private final OutcomeCodec codec = new OutcomeCodec();
    private final LongAdder unresolved = new LongAdder();

    /**
     * A recorder.
     *
     * @param payloads how outcomes are stored
     * @param unresolvedTimeout how long a request may miss a secret or preprocessor before it fails
     */
    public Recorder(GroupCommit commits, Payloads payloads, Duration unresolvedTimeout) {
        this.commits = commits;
        this.offload = new Offload(commits, payloads);
        this.unresolvedTimeout = unresolvedTimeout;
    }

    /**
     * How outcomes are stored.
     *
     * @param threads which may wait for payload stores
     * @param memory in which large outcomes are written
     * @param grace how long a payload lies before it is swept, if no row refers to it
     */
    public record Payloads(Envelope envelope, PayloadThreads threads, MemoryGate memory, Duration grace) {}

    @Override
    public CompletionStage<?> completed(ClaimedTask task, Outcome outcome) {
        var given = withEarlierClaims(task, outcome);
        return offload.write(task.owner(), task.row(), OutcomeCodec.bodySize(given), () -> codec.write(given), given);
    }

    /** What this claim did not send, an earlier one may have sent before its process died. */
    private static Outcome withEarlierClaims(ClaimedTask task, Outcome outcome) {
        if (task.row().maybeSentBefore()) {
            if (outcome instanceof TransportFailure failure) {
                return TransportFailure.of(failure.details(), failure.kind(), failure.message(), true);
            }
            if (outcome instanceof RejectedFailure failure) {
                return RejectedFailure.of(failure.details(), failure.kind(), failure.message(), true);
            }
        }
        return outcome;
    }

    @Override
    public CompletionStage<?> released(ClaimedTask task) {
        return release(task.owner(), task.ref(), Duration.ZERO);
    }

    @Override
    public CompletionStage<?> unprepared(ClaimedTask task, RejectedFailure failure) {
        if (task.overdue().compareTo(unresolvedTimeout) >= 0) {
            return completed(task, failure);
        }
        log.warn("Request {} waits {} for a node that can prepare it: {}", task.id(), ELSEWHERE, failure.message());
        unresolved.increment();
        return release(task.owner(), task.ref(), ELSEWHERE);
    }

    @Override
    public CompletionStage<?> postponed(ClaimedTask task, Duration delay) {
        return release(task.owner(), task.ref(), delay);
    }

    @Override
    public void tooNew(UUID owner, ClaimedRequest row) {
        log.warn(
                "Request {} is stored in format {}, which a newer version wrote; leaving it {} for a node that reads it",
                row.ref().id(),
                row.stored().format(),
                ELSEWHERE);
        unresolved.increment();
        release(owner, row.ref(), ELSEWHERE);
    }

    @Override
    public void unreadable(UUID owner, ClaimedRequest row, Throwable cause) {
        var id = row.ref().id();
        var kind = cause.getClass().getName();
        if (cause instanceof Error
                && Duration.between(row.createdAt(), row.claimedAt()).compareTo(unresolvedTimeout) < 0) {
            log.error("Request {} cannot be read by this process now: {}. Leaving it {}", id, kind, ELSEWHERE);
            release(owner, row.ref(), ELSEWHERE);
            return;
        }
        log.error("Request {} cannot be read: {}", id, kind);
        reject(owner, row, Failure.Kind.UNREADABLE, "the stored request cannot be read");
    }

    @Override
    public void expired(UUID owner, ClaimedRequest row) {
        var message = row.maybeSentBefore()
                ? "the request expired before it could be sent again"
                : "the request expired before it could be sent";
        reject(owner, row, Failure.Kind.EXPIRED, message);
    }

    private void reject(UUID owner, ClaimedRequest row, Failure.Kind kind, String message) {
        var json = codec.writeRejected(kind, message, row.maybeSentBefore()).getBytes(StandardCharsets.UTF_8);
        offload.write(owner, row, json.length, () -> json, null);
    }

    @Override
    public void unwanted(UUID owner, ClaimedRequest row) {
        release(owner, row.ref(), Duration.ZERO);
    }

    /** How often a request was left to a node that can prepare it, or knows its format. */
    public long unresolved() {
        return unresolved.sum();
    }

    private CompletionStage<?> release(UUID owner, RequestRef ref, Duration delay) {
        var written = commits.expect();
        commits.add(new Change.Release(owner, ref, delay, written));
        return written;
    }
}
