package org.paretopress.kernels.compress;

import java.util.Random;

/** Matrices as arrays of rows, written as the formulas read. */
final class NaiveMatrix {

    private NaiveMatrix() {}

    static double[][] of(WeightMatrix weights) {
        return of(weights.rows(), weights.columns(), weights.values());
    }

    static double[][] of(int rows, int columns, float[] values) {
        double[][] matrix = new double[rows][columns];
        for (int i = 0; i < values.length; i++) {
            matrix[i / columns][i % columns] = values[i];
        }
        return matrix;
    }

    static double[][] of(int rows, int columns, double[] values) {
        double[][] matrix = new double[rows][columns];
        for (int i = 0; i < values.length; i++) {
            matrix[i / columns][i % columns] = values[i];
        }
        return matrix;
    }

    static double[][] of(CalibrationStatistics statistics) {
        return of(statistics.columns(), statistics.columns(), statistics.hessian());
    }

    /** B · A. */
    static double[][] of(LowRankFactors factors) {
        return product(
                of(factors.rows(), factors.rank(), factors.b()), of(factors.rank(), factors.columns(), factors.a()));
    }

    static double[][] identity(int n) {
        double[][] matrix = new double[n][n];
        for (int i = 0; i < n; i++) {
            matrix[i][i] = 1;
        }
        return matrix;
    }

    static double[][] gaussian(int rows, int columns, Random random) {
        double[][] matrix = new double[rows][columns];
        for (double[] row : matrix) {
            for (int column = 0; column < columns; column++) {
                row[column] = random.nextGaussian();
            }
        }
        return matrix;
    }

    static double[][] transpose(double[][] matrix) {
        double[][] transposed = new double[matrix[0].length][matrix.length];
        for (int row = 0; row < matrix.length; row++) {
            for (int column = 0; column < matrix[0].length; column++) {
                transposed[column][row] = matrix[row][column];
            }
        }
        return transposed;
    }

    static double[][] product(double[][] a, double[][] b) {
        double[][] product = new double[a.length][b[0].length];
        for (int row = 0; row < a.length; row++) {
            for (int i = 0; i < b.length; i++) {
                for (int column = 0; column < b[0].length; column++) {
                    product[row][column] += a[row][i] * b[i][column];
                }
            }
        }
        return product;
    }

    /** A + share · B. */
    static double[][] sum(double[][] a, double share, double[][] b) {
        double[][] sum = new double[a.length][a[0].length];
        for (int row = 0; row < a.length; row++) {
            for (int column = 0; column < a[0].length; column++) {
                sum[row][column] = a[row][column] + share * b[row][column];
            }
        }
        return sum;
    }

    /** Every row times its scale. */
    static double[][] scaled(double[] scales, double[][] matrix) {
        double[][] scaled = new double[matrix.length][matrix[0].length];
        for (int row = 0; row < matrix.length; row++) {
            for (int column = 0; column < matrix[0].length; column++) {
                scaled[row][column] = scales[row] * matrix[row][column];
            }
        }
        return scaled;
    }

    static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /** ‖A − B‖². */
    static double squaredDistance(double[][] a, double[][] b) {
        double sum = 0;
        for (double[] row : sum(a, -1, b)) {
            sum += dot(row, row);
        }
        return sum;
    }

    /** tr((A − B) H (A − B)ᵀ). */
    static double outputDistance(double[][] a, double[][] b, double[][] hessian) {
        double[][] difference = sum(a, -1, b);
        double[][] weighted = product(difference, hessian);
        double sum = 0;
        for (int row = 0; row < a.length; row++) {
            sum += dot(difference[row], weighted[row]);
        }
        return sum;
    }
}
