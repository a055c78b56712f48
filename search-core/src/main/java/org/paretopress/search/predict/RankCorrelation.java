package org.paretopress.search.predict;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * How well one list of numbers orders things as another does, from −1 (reversed) over 0 (unrelated) to 1 (same order).
 * This is Spearman's coefficient: Pearson's correlation of ranks, where equal numbers share the mean of their ranks.
 */
public final class RankCorrelation {

    private RankCorrelation() {}

    /**
     * @param left [n], not NaN; infinities have ranks as other numbers do
     * @param right [n], likewise
     * @return NaN where a list is all equal, or shorter than two: it orders nothing
     * @throws IllegalArgumentException if the lengths differ or a number is NaN
     */
    public static double spearman(double[] left, double[] right) {
        if (left.length != right.length) {
            throw new IllegalArgumentException("Ranks of " + left.length + " numbers cannot be compared with ranks of "
                    + right.length + ".\nMaybe a candidate was left out of one list.");
        }
        double[] leftRanks = ranks(left);
        double[] rightRanks = ranks(right);
        double middle = (left.length - 1) / 2.0;
        double product = 0;
        double leftSquares = 0;
        double rightSquares = 0;
        for (int i = 0; i < left.length; i++) {
            double leftOff = leftRanks[i] - middle;
            double rightOff = rightRanks[i] - middle;
            product += leftOff * rightOff;
            leftSquares += leftOff * leftOff;
            rightSquares += rightOff * rightOff;
        }
        return product / Math.sqrt(leftSquares * rightSquares);
    }

    /**
     * Rank of each number, from 0 for the smallest; equal ones share their mean rank. Zero and negative zero are equal.
     *
     * @throws IllegalArgumentException if a number is NaN
     */
    static double[] ranks(double[] values) {
        requireNumbers(values);
        int[] order = IntStream.range(0, values.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> values[i] + 0.0))
                .mapToInt(Integer::intValue)
                .toArray();
        double[] ranks = new double[values.length];
        for (int first = 0, end; first < order.length; first = end) {
            end = first + 1;
            while (end < order.length && values[order[end]] == values[order[first]]) {
                end++;
            }
            for (int i = first; i < end; i++) {
                ranks[order[i]] = (first + end - 1) / 2.0;
            }
        }
        return ranks;
    }

    private static void requireNumbers(double[] values) {
        for (int i = 0; i < values.length; i++) {
            if (Double.isNaN(values[i])) {
                throw new IllegalArgumentException("Number " + i + " of " + values.length
                        + " is NaN and has no rank.\nMaybe leave out candidates whose loss could not be computed: "
                        + Arrays.stream(values).filter(Double::isNaN).count() + " in all.");
            }
        }
    }
}
