package io.patienthttp.model;

import io.patienthttp.spi.RequestStore.NewRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One request: how it behaves, and what has become of it as seen from outside. */
final class Story {

    final NewRequest request;

    // how it behaves
    boolean poison;
    boolean refused;
    boolean unreadable;

    /** An error keeps processes from reading it. */
    boolean erring;

    /** Nobody knows its callback before it was dead. */
    boolean homeless;

    /** Its first claims find it in a format of a newer version. */
    boolean tooNew;

    int tooNewTimes;

    /** How often a trigger refuses its completion, and whether the store breaks instead. */
    int brokenTimes;

    boolean breaksStore;
    int unpreparedTimes;
    int failingCalls;

    // what became of it
    boolean submitted;
    boolean accepted;
    boolean delivered;
    boolean deleted;
    boolean cancelled;
    boolean jobTakenAway;
    boolean wasDead;
    int effects;
    int untold;
    int mustTell;
    int life;

    /** Of the sending that the operator asked for last; a run from before may still be on its way. */
    int firstEpoch;

    @Nullable
    RequestRow seen;

    @Nullable
    Exchange lastSent;

    @Nullable
    Call lastCall;

    final List<Call> calls = new ArrayList<>();
    final Set<Integer> recordedEpochs = new HashSet<>();
    final Map<Integer, Set<Long>> runs = new HashMap<>();
    final Map<Integer, Integer> failures = new HashMap<>();

    Story(NewRequest request) {
        this.request = request;
    }

    /** Whether it becomes a task when it is claimed. */
    boolean isUsable() {
        return !unreadable && !tooNew;
    }

    boolean isNarrow() {
        return request.concurrencyKey().equals(Stories.NARROW);
    }

    boolean isPlain() {
        return request.callback().endsWith(Stories.PLAIN);
    }

    /** A call of the callback. */
    record Call(Node node, int epoch, long since, boolean transactional) {

        /** Whether its process may have died, or been taken for dead, since. */
        boolean isExcused() {
            return node.dead || node.engineEnded || node.lastTrouble >= since;
        }
    }

    @Override
    public String toString() {
        return "r" + request.id().getLeastSignificantBits();
    }
}
