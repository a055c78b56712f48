package org.paretopress.kernels.ggml;

/**
 * A grid of one stretch before rounding, best for the codes it was found with.
 *
 * @param step distance of neighbouring values
 * @param minimum what is subtracted
 * @param error weighted squared error with those codes
 * @param meanCode weighted mean of those codes: how much the minimum moves with the step
 * @param curvature Σhq²: how the error grows with the square of a change in the step
 */
record Line(double step, double minimum, double error, double meanCode, double curvature) {

    /** The best minimum for another step, codes unchanged. */
    double minimumAt(double otherStep) {
        return minimum + meanCode * (otherStep - step);
    }

    /**
     * The error on another grid, codes unchanged.
     *
     * @param h sum of importances
     */
    double errorAt(double otherStep, double otherMinimum, double h) {
        double byStep = otherStep - step;
        double byMinimum = otherMinimum - minimum;
        return error + byStep * (curvature * byStep - 2 * meanCode * h * byMinimum) + h * byMinimum * byMinimum;
    }
}
