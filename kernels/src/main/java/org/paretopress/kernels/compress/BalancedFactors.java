package org.paretopress.kernels.compress;

/**
 * Turns a projection into factors: undoes the scales of the rows, splits each component's length evenly between B and
 * A, and fixes its sign, which a decomposition leaves open: the largest weight of every column of B is positive, the
 * first of those that are equally large.
 *
 * <p>Both factors of a component of singular value s are as long as the root of s, so that binary16, which ends at 65504
 * and 6e-8, holds them for any s that weights of that format can have.
 */
final class BalancedFactors {

    private BalancedFactors() {}

    /**
     * Factors at full rank k.
     *
     * @param u m × k, orthonormal columns
     * @param a k × n, Uᵀ times the scaled matrix
     * @param weighted A times the weighting of the inputs, k × n: row i of it times row i of A is the error that
     *     component i removes
     * @param scales of the rows, positive; m
     */
    static LowRankFactors of(NativeMatrix u, NativeMatrix a, NativeMatrix weighted, double[] scales) {
        double[] left = u.toArray();
        double[] right = a.toArray();
        int rank = a.rows();
        divideRows(left, rank, scales);
        balance(left, right, rank);
        return new LowRankFactors(u.rows(), a.columns(), rank, left, right, errors(a, weighted));
    }

    private static void divideRows(double[] left, int rank, double[] scales) {
        for (int i = 0; i < left.length; i++) {
            left[i] /= scales[i / rank];
        }
    }

    /** Scales column i of B by a factor and row i of A by its inverse, so that they are equally long. */
    private static void balance(double[] left, double[] right, int rank) {
        double[] factors = new double[rank];
        double[] peaks = new double[rank];
        for (int i = 0; i < left.length; i++) {
            int component = i % rank;
            factors[component] += left[i] * left[i];
            peaks[component] = Math.abs(left[i]) > Math.abs(peaks[component]) ? left[i] : peaks[component];
        }
        int columns = right.length / rank;
        for (int component = 0; component < rank; component++) {
            double length = Math.sqrt(factors[component]);
            double rightLength = length(right, component * columns, columns);
            factors[component] = Math.copySign(Math.sqrt(rightLength / length), peaks[component]);
            // A component of no length is zero on both sides.
            double inverse = rightLength == 0 ? 0 : 1 / factors[component];
            for (int i = component * columns; i < (component + 1) * columns; i++) {
                right[i] *= inverse;
            }
        }
        for (int i = 0; i < left.length; i++) {
            left[i] *= factors[i % rank];
        }
    }

    private static double length(double[] values, int offset, int length) {
        double squares = 0;
        for (int i = offset; i < offset + length; i++) {
            squares += values[i] * values[i];
        }
        return Math.sqrt(squares);
    }

    /** Sums of what the components from q on would remove, q = 0 … k, the smallest first. */
    private static double[] errors(NativeMatrix a, NativeMatrix weighted) {
        double[] errors = new double[a.rows() + 1];
        double[] line = new double[a.columns()];
        double[] weightedLine = new double[a.columns()];
        for (int component = a.rows() - 1; component >= 0; component--) {
            a.readRow(component, line);
            weighted.readRow(component, weightedLine);
            double removed = 0;
            for (int column = 0; column < line.length; column++) {
                removed += line[column] * weightedLine[column];
            }
            errors[component] = errors[component + 1] + Math.max(0, removed);
        }
        return errors;
    }
}
