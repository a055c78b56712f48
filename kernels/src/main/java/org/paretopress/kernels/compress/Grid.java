package org.paretopress.kernels.compress;

import org.paretopress.kernels.ggml.Half;

/**
 * Uniform grid of one quantization group: {@code value = scale * (code - zeroPoint)}. It always contains zero.
 *
 * @param scale step between neighbouring values; exactly a positive, finite binary16
 * @param zeroPoint the code of value zero, 0 to maxCode
 * @param maxCode 2^bits − 1
 */
record Grid(double scale, int zeroPoint, int maxCode) {

    /** Ranges that {@link #leastSquares} tries, from the whole one down in even steps. */
    private static final int SHRINKINGS = 40;

    private static final double SMALLEST_SHARE = 0.4;

    /**
     * The grid from the smaller of 0 and {@code lo} to the larger of 0 and {@code hi}. The scale is rounded to
     * binary16 first, so that the zero point and every code fit the value that is stored.
     *
     * @throws ArithmeticException where the scale is not finite in binary16
     */
    static Grid covering(double lo, double hi, int maxCode) {
        double low = Math.min(lo, 0);
        double scale = stored((Math.max(hi, 0) - low) / maxCode);
        return new Grid(scale, (int) Math.min(Math.max(Math.rint(-low / scale), 0), maxCode), maxCode);
    }

    /**
     * The grid with zero in its middle that reaches as far as the larger of {@code −lo} and {@code hi}; the side below
     * zero has one step more.
     *
     * @throws ArithmeticException where the scale is not finite in binary16
     */
    static Grid symmetric(double lo, double hi, int maxCode) {
        int zeroPoint = maxCode / 2 + 1;
        return new Grid(stored(Math.max(-lo / zeroPoint, hi / (maxCode - zeroPoint))), zeroPoint, maxCode);
    }

    /**
     * Of the grids over the range of some weights and over shrunken ranges, the one with the least squared error of
     * rounding; of equal ones the widest.
     */
    static Grid leastSquares(double[] weights, int from, int to, int maxCode, boolean symmetric) {
        double lo = 0;
        double hi = 0;
        for (int i = from; i < to; i++) {
            lo = Math.min(lo, weights[i]);
            hi = Math.max(hi, weights[i]);
        }
        Grid best = null;
        double least = Double.POSITIVE_INFINITY;
        for (int k = 0; k < SHRINKINGS; k++) {
            double share = 1 - k * (1 - SMALLEST_SHARE) / SHRINKINGS;
            Grid grid =
                    symmetric ? symmetric(lo * share, hi * share, maxCode) : covering(lo * share, hi * share, maxCode);
            double error = grid.squaredError(weights, from, to, least);
            if (error < least) {
                least = error;
                best = grid;
            }
        }
        return best;
    }

    /** Summed squared error of rounding; anything from {@code bound} up once it is that large. */
    private double squaredError(double[] weights, int from, int to, double bound) {
        double sum = 0;
        for (int i = from; i < to && sum < bound; i++) {
            double error = weights[i] - value(code(weights[i]));
            sum += error * error;
        }
        return sum;
    }

    private static double stored(double exact) {
        double scale = Half.toFloat(Half.ofDouble(exact));
        if (scale == 0) {
            scale = Half.toFloat(Half.SMALLEST_POSITIVE);
        }
        if (!(scale <= Float.MAX_VALUE)) {
            throw new ArithmeticException("scale " + exact + " is beyond binary16");
        }
        return scale;
    }

    /** The code nearest to a weight. */
    int code(double weight) {
        return (int) Math.min(Math.max(Math.rint(weight / scale) + zeroPoint, 0), maxCode);
    }

    /** The weight that a code stands for. */
    double value(int code) {
        return scale * (code - zeroPoint);
    }
}
