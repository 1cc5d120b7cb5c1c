package io.patienthttp.faults;

import java.util.Random;

/** Whether faults run in their long version, {@code -Dchaos.minutes=1} or more, and with which seed: {@code -Dchaos.seed}. */
final class Chaos {

    /** 0 is the short version. */
    static final int MINUTES = Integer.getInteger("chaos.minutes", 0);

    static final long SEED = Long.getLong("chaos.seed", System.nanoTime() & 0xffffff);

    private Chaos() {}

    static boolean isLong() {
        return MINUTES > 0;
    }

    /** A source of chance of its own for a test, so that tests beside it do not change its course. */
    static Random random(String test) {
        System.out.println(test + ": -Dchaos.seed=" + SEED);
        return new Random(SEED * 31 + test.hashCode());
    }
}
