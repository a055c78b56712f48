package org.paretopress.search.predict;

/**
 * The Cholesky factor U of a symmetric positive definite matrix A = Uᵀ·U. Every inner loop runs along rows of U and
 * adds to many numbers at once; sums are formed in one fixed order.
 */
final class UpperFactor {

    private final double[][] rows;

    private UpperFactor(double[][] rows) {
        this.rows = rows;
    }

    /**
     * Replaces a matrix by its factor.
     *
     * @param matrix [n][n]; only what is on and above the diagonal is read; overwritten
     * @throws ArithmeticException if it is not positive definite
     */
    static UpperFactor of(double[][] matrix) {
        for (int row = 0; row < matrix.length; row++) {
            for (int above = 0; above < row; above++) {
                subtract(matrix[above][row], matrix[above], matrix[row], row);
            }
            double pivot = matrix[row][row];
            if (!(pivot > 0)) {
                throw new ArithmeticException("Pivot " + row + " of " + matrix.length + " is " + pivot
                        + ", so the matrix is not positive definite.\nMaybe add noise to its diagonal.");
            }
            double scale = 1 / Math.sqrt(pivot);
            for (int column = row; column < matrix.length; column++) {
                matrix[row][column] *= scale;
            }
        }
        return new UpperFactor(matrix);
    }

    /** Solves Uᵀ·x = right for x; right [n] is overwritten by it. */
    void solveTransposed(double[] right) {
        for (int row = 0; row < rows.length; row++) {
            right[row] /= rows[row][row];
            subtract(right[row], rows[row], right, row + 1);
        }
    }

    /** Solves A·x = right for x; right [n] is overwritten by it. */
    void solve(double[] right) {
        solveTransposed(right);
        for (int row = rows.length - 1; row >= 0; row--) {
            double sum = right[row];
            for (int column = row + 1; column < rows.length; column++) {
                sum -= rows[row][column] * right[column];
            }
            right[row] = sum / rows[row][row];
        }
    }

    /** Half the logarithm of A's determinant. */
    double halfLogDeterminant() {
        double sum = 0;
        for (int row = 0; row < rows.length; row++) {
            sum += StrictMath.log(rows[row][row]);
        }
        return sum;
    }

    private static void subtract(double factor, double[] from, double[] to, int first) {
        for (int i = first; i < to.length; i++) {
            to[i] -= factor * from[i];
        }
    }
}
