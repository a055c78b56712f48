package org.paretopress.kernels.compress;

import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Singular value decomposition by one-sided Jacobi rotations (Hestenes 1958), plain Java: rotates pairs of columns until
 * all are orthogonal. Slow and accurate.
 *
 * @param u m × k, of which columns with singular value 0 are 0
 * @param values k = min(m, n), descending
 * @param v n × k
 */
record JacobiSvd(double[][] u, double[] values, double[][] v) {

    private static final int MAX_SWEEPS = 60;

    static JacobiSvd of(double[][] matrix) {
        if (matrix.length < matrix[0].length) {
            JacobiSvd transposed = of(NaiveMatrix.transpose(matrix));
            return new JacobiSvd(transposed.v, transposed.values, transposed.u);
        }
        double[][] columns = NaiveMatrix.transpose(matrix);
        double[][] v = NaiveMatrix.identity(columns.length);
        int sweeps = 0;
        while (sweep(columns, v)) {
            if (++sweeps > MAX_SWEEPS) {
                throw new IllegalStateException("no convergence");
            }
        }
        return sorted(columns, v);
    }

    /** Rotates every pair once; false where all were orthogonal. */
    private static boolean sweep(double[][] columns, double[][] v) {
        boolean rotated = false;
        for (int p = 0; p < columns.length; p++) {
            for (int q = p + 1; q < columns.length; q++) {
                double alpha = NaiveMatrix.dot(columns[p], columns[p]);
                double beta = NaiveMatrix.dot(columns[q], columns[q]);
                double gamma = NaiveMatrix.dot(columns[p], columns[q]);
                if (Math.abs(gamma) > 1e-15 * Math.sqrt(alpha * beta)) {
                    double zeta = (beta - alpha) / (2 * gamma);
                    double tangent = Math.copySign(1, zeta) / (Math.abs(zeta) + Math.hypot(1, zeta));
                    double cosine = 1 / Math.hypot(1, tangent);
                    rotate(columns[p], columns[q], cosine, cosine * tangent);
                    rotate(v[p], v[q], cosine, cosine * tangent);
                    rotated = true;
                }
            }
        }
        return rotated;
    }

    private static void rotate(double[] x, double[] y, double cosine, double sine) {
        for (int i = 0; i < x.length; i++) {
            double old = x[i];
            x[i] = cosine * old - sine * y[i];
            y[i] = sine * old + cosine * y[i];
        }
    }

    private static JacobiSvd sorted(double[][] columns, double[][] v) {
        int[] order = IntStream.range(0, columns.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -NaiveMatrix.dot(columns[i], columns[i])))
                .mapToInt(i -> i)
                .toArray();
        double[] values = new double[order.length];
        double[][] u = new double[order.length][columns[0].length];
        double[][] right = new double[order.length][];
        for (int i = 0; i < order.length; i++) {
            double[] column = columns[order[i]];
            values[i] = Math.sqrt(NaiveMatrix.dot(column, column));
            for (int row = 0; row < column.length; row++) {
                u[i][row] = values[i] == 0 ? 0 : column[row] / values[i];
            }
            right[i] = v[order[i]];
        }
        return new JacobiSvd(NaiveMatrix.transpose(u), values, NaiveMatrix.transpose(right));
    }

    /** The best approximation of a rank. */
    double[][] truncated(int rank) {
        double[][] scaled = new double[u.length][rank];
        for (int row = 0; row < u.length; row++) {
            for (int i = 0; i < rank; i++) {
                scaled[row][i] = u[row][i] * values[i];
            }
        }
        double[][] right = new double[rank][v.length];
        for (int i = 0; i < rank; i++) {
            for (int column = 0; column < v.length; column++) {
                right[i][column] = v[column][i];
            }
        }
        return NaiveMatrix.product(scaled, right);
    }

    /** Sum of values beyond a rank, each to a power. */
    double discarded(int rank, int power) {
        return IntStream.range(rank, values.length)
                .mapToDouble(i -> Math.pow(values[i], power))
                .sum();
    }
}
