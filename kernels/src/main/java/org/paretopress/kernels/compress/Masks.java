package org.paretopress.kernels.compress;

import java.util.Arrays;

/** Which weights are kept, by their scores: the higher the score, the dearer the weight. */
final class Masks {

    private Masks() {}

    /**
     * Prunes the lowest scores; of equal ones the first.
     *
     * @param count how many to prune
     * @return which are kept
     */
    static boolean[] pruneLowest(double[] scores, int count) {
        boolean[] kept = new boolean[scores.length];
        Arrays.fill(kept, true);
        if (count == 0) {
            return kept;
        }
        double[] sorted = scores.clone();
        Arrays.sort(sorted);
        double threshold = sorted[count - 1];
        int below = 0;
        for (double score : scores) {
            below += score < threshold ? 1 : 0;
        }
        int atThreshold = count - below;
        for (int i = 0; i < scores.length; i++) {
            if (scores[i] < threshold || scores[i] == threshold && atThreshold-- > 0) {
                kept[i] = false;
            }
        }
        return kept;
    }

    /**
     * How many of {@code count} things fall to part {@code index} of {@code parts} where they are dealt out as evenly as
     * whole numbers allow; the parts add up to the count.
     */
    static int share(long count, long index, long parts) {
        return (int) (count * (index + 1) / parts - count * index / parts);
    }
}
