package org.paretopress.kernels.compress;

import java.util.Arrays;

/**
 * The one routine behind all low-rank factors. A singular value decomposition gives orthonormal U that spans the columns
 * of M (m × n, k = min(m, n) of them); A = Uᵀ M. Where inputs are weighted by H, U is turned within its span into the
 * eigenvectors of M H Mᵀ, from the k × k matrix A H Aᵀ. So H is never factorised: it may be singular, and rounding may
 * have made it slightly indefinite. U spans the columns of M whatever H is, so at full rank U A is M.
 *
 * <p>Memory beside the input, in doubles: at most m n + 2 m k + 4 n k + k² and 256 n in native memory and LAPACK's work
 * space of a few k², and k (m + n) for the result; O(m n + k²) in all. Operations: O(m n k), and n² k with H.
 */
final class LowRankDecomposition {

    /** Rows of H in native memory at a time. */
    private static final int STRIP_ROWS = 256;

    /** Share of H's mean diagonal that decides between components of which H knows nothing. */
    private static final double TIE_BREAK = 1e-10;

    private LowRankDecomposition() {}

    /**
     * Minimises ‖D (M − B A)‖² at every rank, D the diagonal matrix of the scales.
     *
     * @param scales of the rows, positive
     * @throws IllegalStateException where LAPACK fails, naming the layer
     */
    static LowRankFactors rowScaled(LayerRows matrix, double[] scales) {
        try (NativeMatrix scaled = matrix.times(scales);
                NativeMatrix u = basis(matrix.layer(), scaled);
                NativeMatrix a = u.transposedTimes(scaled)) {
            return BalancedFactors.of(u, a, a, scales);
        }
    }

    /**
     * Minimises tr((M − B A) H (M − B A)ᵀ) at every rank. Components without effect on it come last, ordered by
     * ‖M − B A‖²: dead inputs are not forgotten where the rank has room for them.
     *
     * @throws IllegalStateException where LAPACK fails, naming the layer
     */
    static LowRankFactors outputAware(LayerRows matrix, CalibrationStatistics statistics) {
        double[] scales = new double[matrix.rows()];
        Arrays.fill(scales, 1);
        try (NativeMatrix dense = matrix.times(scales);
                NativeMatrix basis = basis(matrix.layer(), dense);
                NativeMatrix projected = basis.transposedTimes(dense);
                NativeMatrix weighted = hessianTimesTransposed(statistics, projected);
                NativeMatrix rotation = rotation(matrix.layer(), projected, weighted, tieBreak(statistics));
                NativeMatrix u = basis.timesTransposed(rotation);
                NativeMatrix a = rotation.times(projected);
                NativeMatrix weightedA = rotation.timesTransposed(weighted)) {
            return BalancedFactors.of(u, a, weightedA, scales);
        }
    }

    private static NativeMatrix basis(String layer, NativeMatrix matrix) {
        NativeMatrix u = NativeMatrix.allocate(matrix.rows(), Math.min(matrix.rows(), matrix.columns()));
        try (NativeMatrix work = matrix.copy()) {
            int info = Lapack.leftSingularVectors(work.values(), matrix.rows(), matrix.columns(), u.values());
            requireSuccess(layer, "dgesdd", info, u);
        }
        return u;
    }

    /** H Pᵀ, n × k, some rows of H at a time. */
    private static NativeMatrix hessianTimesTransposed(CalibrationStatistics statistics, NativeMatrix p) {
        int n = statistics.columns();
        NativeMatrix product = NativeMatrix.allocate(n, p.rows());
        for (int first = 0; first < n; first += STRIP_ROWS) {
            int rows = Math.min(STRIP_ROWS, n - first);
            try (NativeMatrix strip = NativeMatrix.allocate(rows, n)) {
                strip.put(0, statistics.hessian(), first * n, rows * n);
                strip.timesTransposed(p, product, first);
            }
        }
        return product;
    }

    /** Eigenvectors of P H Pᵀ, a vector a row, by descending eigenvalue; weighted is H Pᵀ. */
    private static NativeMatrix rotation(String layer, NativeMatrix p, NativeMatrix weighted, double tieBreak) {
        NativeMatrix moments = p.times(weighted);
        double[] line = new double[moments.columns()];
        double[] projected = new double[p.columns()];
        for (int row = 0; row < line.length; row++) {
            p.readRow(row, projected);
            moments.readRow(row, line);
            // P Pᵀ is diagonal. LAPACK orders by ascending eigenvalue: of the negative matrix.
            line[row] += tieBreak * squares(projected);
            for (int column = 0; column < line.length; column++) {
                line[column] = -line[column];
            }
            moments.put(row, line, 0, line.length);
        }
        requireSuccess(layer, "dsyevd", Lapack.eigenvectors(moments.values(), line.length), moments);
        return moments;
    }

    /** Any positive number does where all inputs are dead. */
    private static double tieBreak(CalibrationStatistics statistics) {
        double trace = 0;
        for (int column = 0; column < statistics.columns(); column++) {
            trace += statistics.at(column, column);
        }
        return trace == 0 ? 1 : TIE_BREAK * trace / statistics.columns();
    }

    private static double squares(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value * value;
        }
        return sum;
    }

    private static void requireSuccess(String layer, String routine, int info, NativeMatrix result) {
        if (info != 0) {
            result.close();
            throw new IllegalStateException("Layer " + layer + ": LAPACK's " + routine + " returned " + info + " for "
                    + result.rows() + " x " + result.columns() + " vectors.\nMaybe "
                    + (info > 0
                            ? "it did not converge on these values."
                            : "values are not finite, or memory ran out."));
        }
    }
}
