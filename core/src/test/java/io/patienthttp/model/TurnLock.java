package io.patienthttp.model;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/** A lock for which an actor waits by letting others run. */
final class TurnLock implements Lock {

    private final Simulation simulation;
    private @Nullable Actor holder;
    private int holds;

    TurnLock(Simulation simulation) {
        this.simulation = simulation;
    }

    @Override
    public void lock() {
        var me = simulation.current();
        simulation.step();
        simulation.await(() -> holder == null || holder == me, Long.MAX_VALUE);
        holder = me;
        holds++;
    }

    @Override
    public void unlock() {
        if (--holds == 0) {
            holder = null;
        }
    }

    @Override
    public void lockInterruptibly() {
        lock();
    }

    @Override
    public boolean tryLock() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean tryLock(long time, TimeUnit unit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Condition newCondition() {
        throw new UnsupportedOperationException();
    }
}
