package org.paretopress.search.fitness;

import java.util.SplittableRandom;

/**
 * Random numbers as a function of <em>what they are for</em> (seed, generation, stage, candidate, …), not of a
 * position in a stream: a search that resumes, or scores in another order, draws the same.
 *
 * <p>The path is folded with the 64-bit finalizer of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom
 * number generators, OOPSLA 2014, with the constants of Stafford's variant 13).
 */
public final class Draws {

    private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;

    private Draws() {}

    /** A well-mixed 64-bit seed; paths that differ in a number, in order or in length give unrelated seeds. */
    public static long seed(long... path) {
        long state = mixed(path.length + GOLDEN_RATIO);
        for (long step : path) {
            state = mixed((state ^ step) + GOLDEN_RATIO);
        }
        return state;
    }

    /** A generator seeded with {@link #seed}. */
    public static SplittableRandom random(long... path) {
        return new SplittableRandom(seed(path));
    }

    private static long mixed(long bits) {
        long first = (bits ^ (bits >>> 30)) * 0xBF58476D1CE4E5B9L;
        long second = (first ^ (first >>> 27)) * 0x94D049BB133111EBL;
        return second ^ (second >>> 31);
    }
}
