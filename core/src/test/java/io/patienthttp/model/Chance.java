package io.patienthttp.model;

/** Random numbers that are the same for the same seed: SplitMix64. */
final class Chance {

    private long state;

    Chance(long seed) {
        state = seed * 0x9E3779B97F4A7C15L + 0x632BE59BD9B4E019L;
    }

    private long next() {
        state += 0x9E3779B97F4A7C15L;
        long z = state;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** From 0 to below the bound. */
    int below(int bound) {
        return (int) Long.remainderUnsigned(next() >>> 1, bound);
    }

    boolean oneIn(int n) {
        return below(n) == 0;
    }

    boolean flip() {
        return below(2) == 0;
    }

    int oneOf(int... values) {
        return values[below(values.length)];
    }
}
