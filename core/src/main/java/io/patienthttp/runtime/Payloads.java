package io.patienthttp.runtime;

import io.patienthttp.internal.deliver.Recorder;
import io.patienthttp.internal.recover.Maintenance.Duty;
import io.patienthttp.internal.recover.PayloadSweeper;
import io.patienthttp.internal.wire.Envelope;
import io.patienthttp.internal.wire.FixedOutcomes;
import io.patienthttp.internal.wire.MemoryGate;
import io.patienthttp.internal.wire.PayloadStores;
import io.patienthttp.internal.wire.PayloadThreads;
import io.patienthttp.internal.wire.RowReader;
import io.patienthttp.spi.PayloadCipher;
import io.patienthttp.spi.PayloadStore;
import io.patienthttp.spi.RequestStore;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** How the values of rows are sealed and where large ones are kept: what the application gave, and what comes of it. */
final class Payloads {

    /** How long a payload lies before it is swept if no row refers to it; a row comes to within half of that. */
    private static final Duration GRACE = Duration.ofHours(24);

    private final PayloadStores stores;
    private final RequestStore rows;
    private final AtomicReference<@Nullable UUID> installation = new AtomicReference<>();
    private final Envelope envelope;
    private final PayloadThreads threads = new PayloadThreads();
    private final long memory;
    private @Nullable PayloadSweeper sweeper; // used by one thread

    Payloads(@Nullable PayloadCipher cipher, List<PayloadStore> stores, Settings settings, RequestStore rows) {
        this.stores = new PayloadStores(stores);
        this.rows = rows;
        this.memory = settings.maxBufferedBytes();
        this.envelope = new Envelope(
                cipher,
                settings.sealingAllowPlaintext(),
                this.stores,
                this::installation,
                settings.payloadStoreThreshold(),
                FixedOutcomes.ALL);
    }

    /** Read once: the tables may not be there yet when this is built. */
    private UUID installation() {
        var known = installation.get();
        if (known == null) {
            known = rows.installation();
            installation.set(known);
        }
        return known;
    }

    Envelope envelope() {
        return envelope;
    }

    RowReader reader() {
        return new RowReader(envelope);
    }

    PayloadThreads threads() {
        return threads;
    }

    Recorder.Payloads recording() {
        return new Recorder.Payloads(envelope, threads, memory(), GRACE);
    }

    /** As much again as answers may take, for one more use. */
    MemoryGate memory() {
        return new MemoryGate(memory);
    }

    /** To delete payloads that no row refers to, where there is a store. For one thread. */
    List<Duty> duties(Duration interval) {
        return stores.all().isEmpty() ? List.of() : List.of(new Duty("sweep payloads", interval, this::sweep));
    }

    private void sweep() {
        if (sweeper == null) {
            sweeper = new PayloadSweeper(stores, installation(), GRACE, rows::references);
        }
        sweeper.sweep();
    }
}
