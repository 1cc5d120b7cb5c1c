package io.patienthttp.model;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/** Keeps the code under test from logging: every run of the model is full of failures. */
final class QuietLogs implements BeforeAllCallback, AfterAllCallback {

    /** Above what any call logs at. */
    private static final int OFF = 50;

    private static final List<String> LOUD = List.of(
            "internal.deliver.Deliverer",
            "internal.deliver.GroupCommit",
            "internal.deliver.Recorder",
            "internal.deliver.Removals",
            "internal.recover.ProcessLease",
            "internal.recover.Reclaimer",
            "internal.recover.Reconciler",
            "internal.recover.Sweeper",
            "processor.Processor");

    private final List<Runnable> restore = new ArrayList<>();

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        for (var name : LOUD) {
            var logger = LoggerFactory.getLogger("io.patienthttp." + name);
            var level = logger.getClass().getDeclaredField("currentLogLevel"); // slf4j-simple offers no other way
            level.setAccessible(true);
            int before = level.getInt(logger);
            level.setInt(logger, OFF);
            restore.add(() -> set(level, logger, before));
        }
    }

    private static void set(java.lang.reflect.Field level, Object logger, int value) {
        try {
            level.setInt(logger, value);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        restore.forEach(Runnable::run);
        restore.clear();
    }
}
