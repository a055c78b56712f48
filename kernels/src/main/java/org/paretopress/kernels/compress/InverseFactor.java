package org.paretopress.kernels.compress;

import java.util.Comparator;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.DoublePointer;

/**
 * The upper triangular U with (H + damping)⁻¹ = Uᵀ U: what GPTQ needs to know about a layer's inputs (Frantar et al.,
 * ICLR 2023, section 3.3, step 3). Independent of weights and levels.
 *
 * @param rows row c holds U[c, 0 … n − 1]; zero left of the diagonal; inputs in the order of treatment
 * @param dead inputs that are always zero, by their own number: their weights have no effect
 * @param order the input that is treated first, second, …
 */
record InverseFactor(double[][] rows, boolean[] dead, int[] order) {

    /** Inputs in their own order. */
    static int[] naturalOrder(int inputs) {
        return IntStream.range(0, inputs).toArray();
    }

    /** Inputs by falling second moment: the strongest first, while most others can still make up for their error. */
    static int[] activationOrder(CalibrationStatistics statistics) {
        return IntStream.range(0, statistics.columns())
                .boxed()
                .sorted(Comparator.comparing((Integer input) -> -statistics.at(input, input)))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /**
     * Factorises the statistics of a layer.
     *
     * <p>Reversing the order of the inputs turns the wanted factor into the plain inverse of a Cholesky factor:
     * with J the reversal and J H J = L Lᵀ, U = J L⁻¹ J. The inverse of H itself is never formed.
     *
     * @param layer for errors
     * @param damping added to the diagonal, as a share of the mean diagonal over inputs that are not dead
     * @param order in which inputs will be treated
     * @throws IllegalArgumentException where the damped matrix is not positive definite
     */
    static InverseFactor of(String layer, CalibrationStatistics statistics, double damping, int[] order) {
        int n = statistics.columns();
        boolean[] dead = dead(statistics);
        try (DoublePointer triangle = new DoublePointer((long) n * n)) {
            putReversed(statistics, dead, damping, order, triangle);
            int minor = Lapack.cholesky(triangle, n);
            if (minor != 0) {
                throw new IllegalArgumentException("Layer " + layer + ": the calibration statistics of " + n
                        + " inputs and " + statistics.tokens() + " tokens are not positive definite at input "
                        + order[n - minor] + " with damping " + damping
                        + ".\nMaybe raise the damping (0.01 is usual), or calibrate on more tokens.");
            }
            Lapack.invertTriangle(triangle, n);
            return new InverseFactor(reversedRows(triangle, n), dead, order);
        }
    }

    private static boolean[] dead(CalibrationStatistics statistics) {
        boolean[] dead = new boolean[statistics.columns()];
        for (int column = 0; column < dead.length; column++) {
            dead[column] = statistics.at(column, column) == 0;
        }
        return dead;
    }

    /** Mean second moment over live inputs; 1 where all are dead, as any positive number would do. */
    private static double meanDiagonal(CalibrationStatistics statistics, boolean[] dead) {
        double sum = 0;
        int live = 0;
        for (int column = 0; column < dead.length; column++) {
            if (!dead[column]) {
                sum += statistics.at(column, column);
                live++;
            }
        }
        return live == 0 ? 1 : sum / live;
    }

    private static void putReversed(
            CalibrationStatistics statistics, boolean[] dead, double damping, int[] order, DoublePointer target) {
        int n = statistics.columns();
        double mean = meanDiagonal(statistics, dead);
        double[] line = new double[n];
        for (int row = 0; row < n; row++) {
            int source = order[n - 1 - row];
            for (int column = 0; column < n; column++) {
                line[column] = statistics.at(source, order[n - 1 - column]);
            }
            line[row] = (dead[source] ? mean : line[row]) + damping * mean;
            target.position((long) row * n).put(line, 0, n);
        }
        target.position(0);
    }

    private static double[][] reversedRows(DoublePointer lower, int n) {
        double[][] rows = new double[n][n];
        double[] line = new double[n];
        for (int row = 0; row < n; row++) {
            int source = n - 1 - row;
            lower.position((long) source * n).get(line, 0, source + 1);
            for (int column = row; column < n; column++) {
                rows[row][column] = line[n - 1 - column];
            }
        }
        return rows;
    }
}
