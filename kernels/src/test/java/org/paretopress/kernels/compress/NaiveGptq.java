package org.paretopress.kernels.compress;

import org.paretopress.kernels.ggml.Half;

/**
 * GPTQ the slow way, as Optimal Brain Quantization writes it (Frantar and Alistarh, NeurIPS 2022, eq. 3): for every
 * column, the inverse of the Hessian of the columns still free is computed anew by Gauss-Jordan elimination.
 */
final class NaiveGptq {

    private NaiveGptq() {}

    /** Quantized weights, rows × columns. */
    static double[][] quantize(WeightMatrix weights, double[][] dampedHessian, int bits, int quantizationGroupSize) {
        double[][] quantized = new double[weights.rows()][weights.columns()];
        for (int row = 0; row < weights.rows(); row++) {
            double[] w = new double[weights.columns()];
            for (int i = 0; i < w.length; i++) {
                w[i] = weights.at(row, i);
            }
            double scale = 0;
            double zero = 0;
            int max = (1 << bits) - 1;
            for (int c = 0; c < w.length; c++) {
                if (c % quantizationGroupSize == 0) {
                    double lo = 0;
                    double hi = 0;
                    for (int i = c; i < Math.min(c + quantizationGroupSize, w.length); i++) {
                        lo = Math.min(lo, w[i]);
                        hi = Math.max(hi, w[i]);
                    }
                    scale = Math.max(Half.toFloat(Half.ofDouble((hi - lo) / max)), 0x1p-24);
                    zero = Math.max(0, Math.min(max, Math.rint(-lo / scale)));
                }
                double code = Math.max(0, Math.min(max, Math.rint(w[c] / scale) + zero));
                quantized[row][c] = scale * (code - zero);
                double[] inverse = inverse(dampedHessian, c)[0];
                double step = (w[c] - quantized[row][c]) / inverse[0];
                for (int i = c; i < w.length; i++) {
                    w[i] -= step * inverse[i - c];
                }
            }
        }
        return quantized;
    }

    /** Inverse of the matrix without its first rows and columns. */
    static double[][] inverse(double[][] matrix, int first) {
        int n = matrix.length - first;
        double[][] work = new double[n][2 * n];
        for (int i = 0; i < n; i++) {
            System.arraycopy(matrix[first + i], first, work[i], 0, n);
            work[i][n + i] = 1;
        }
        for (int pivot = 0; pivot < n; pivot++) {
            double divisor = work[pivot][pivot];
            for (int j = 0; j < 2 * n; j++) {
                work[pivot][j] /= divisor;
            }
            for (int i = 0; i < n; i++) {
                double factor = i == pivot ? 0 : work[i][pivot];
                for (int j = 0; j < 2 * n; j++) {
                    work[i][j] -= factor * work[pivot][j];
                }
            }
        }
        double[][] inverse = new double[n][n];
        for (int i = 0; i < n; i++) {
            System.arraycopy(work[i], n, inverse[i], 0, n);
        }
        return inverse;
    }

    /** H with damping on its diagonal, as a share of the mean diagonal. */
    static double[][] damped(CalibrationStatistics statistics, double damping) {
        int n = statistics.columns();
        double[][] matrix = new double[n][n];
        double trace = 0;
        for (int i = 0; i < n; i++) {
            trace += statistics.at(i, i);
        }
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                matrix[i][j] = statistics.at(i, j) + (i == j ? damping * trace / n : 0);
            }
        }
        return matrix;
    }
}
