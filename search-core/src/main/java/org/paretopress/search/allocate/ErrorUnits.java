package org.paretopress.search.allocate;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/**
 * Errors as whole numbers, for a solver of integers: what a level has above the least error of its layer, in units of
 * a power of two so small that all of them together are below 2^51. A level that is worse than {@code cap} alone
 * counts as that bad, so that the units are fine where it matters: errors of layers differ by factors of millions.
 */
final class ErrorUnits {

    private static final int BITS = 50;

    private final double[][] excess;
    private final double unit;

    /** @param cap the most a level counts above the least of its layer; positive, may be infinite */
    ErrorUnits(ErrorTable errors, double cap) {
        excess = new double[errors.layers()][];
        double sum = 0;
        for (int layer = 0; layer < excess.length; layer++) {
            double least = Arrays.stream(errors.row(layer)).min().orElseThrow();
            excess[layer] = Arrays.stream(errors.row(layer))
                    .map(error -> Math.min(error - least, cap))
                    .toArray();
            sum += Arrays.stream(excess[layer]).sum();
        }
        unit = sum == 0 ? 1 : Math.scalb(1.0, Math.getExponent(sum) - BITS);
    }

    /** Rounded to the nearest unit, to be minimised. */
    ResourceLimit nearest() {
        return rounded(Math::rint, Long.MAX_VALUE);
    }

    /** Rounded down, so that nothing whose summed excess is at most {@code limit} is ruled out. */
    ResourceLimit below(double limit) {
        return rounded(Math::floor, (long) Math.min(limit / unit, Long.MAX_VALUE));
    }

    /** Rounding to the nearest unit makes no sum larger by more than this. */
    double loss() {
        return Arrays.stream(excess)
                .mapToDouble(row -> Arrays.stream(row)
                        .map(error -> Math.rint(error / unit) * unit - error)
                        .max()
                        .orElseThrow())
                .sum();
    }

    /** The excess that so many units stand for. */
    double excess(long units) {
        return units * unit;
    }

    private ResourceLimit rounded(DoubleUnaryOperator rounding, long limit) {
        long[][] units = Arrays.stream(excess)
                .map(row -> Arrays.stream(row)
                        .map(error -> rounding.applyAsDouble(error / unit))
                        .mapToLong(error -> (long) error)
                        .toArray())
                .toArray(long[][]::new);
        return new ResourceLimit("error", units, limit);
    }
}
