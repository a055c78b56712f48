package org.paretopress.kernels.compress;

import org.paretopress.kernels.model.Half;

/**
 * Asymmetric uniform grid of one quantization group: {@code value = scale * (code - zeroPoint)}. It always contains
 * zero.
 *
 * @param scale step between neighbouring values; exactly a positive, finite binary16
 * @param zeroPoint the code of value zero, 0 to maxCode
 * @param maxCode 2^bits − 1
 */
record Grid(double scale, int zeroPoint, int maxCode) {

    /**
     * The grid from the smaller of 0 and {@code lo} to the larger of 0 and {@code hi}. The scale is rounded to
     * binary16 first, so that the zero point and every code fit the value that is stored.
     *
     * @throws ArithmeticException where the scale is not finite in binary16
     */
    static Grid covering(double lo, double hi, int maxCode) {
        double low = Math.min(lo, 0);
        double exact = (Math.max(hi, 0) - low) / maxCode;
        double scale = Half.toFloat(Half.ofDouble(exact));
        if (scale == 0) {
            scale = Half.toFloat(Half.SMALLEST_POSITIVE);
        }
        if (!(scale <= Float.MAX_VALUE)) {
            throw new ArithmeticException("scale " + exact + " is beyond binary16");
        }
        return new Grid(scale, (int) Math.min(Math.max(Math.rint(-low / scale), 0), maxCode), maxCode);
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
