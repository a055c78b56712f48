package org.paretopress.kernels.compress;

import java.util.Arrays;
import java.util.Objects;

/**
 * A matrix of rows × columns as the product B · A, nested: the best factors of a smaller rank are the first columns of
 * B and the first rows of A. The arrays are not copied and must not change afterwards.
 *
 * @param rows outputs of the layer, m
 * @param columns inputs of the layer, n
 * @param rank components r, 1 to min(m, n)
 * @param b row-major, m × r
 * @param a row-major, r × n
 * @param errors what the first q components leave, q = 0 … r, by the measure that was minimised (see
 *     {@link LowRankFactorization}); never rises. It counts no rounding of the factors.
 */
public record LowRankFactors(int rows, int columns, int rank, double[] b, double[] a, double[] errors) {

    public LowRankFactors {
        Objects.requireNonNull(errors, "errors");
        if (rank < 1 || rank > Math.min(rows, columns)) {
            throw new IllegalArgumentException("Rank " + rank + " is not from 1 to " + Math.min(rows, columns)
                    + ", the smaller side of " + rows + " x " + columns
                    + ".\nMaybe the rank was chosen for a larger layer.");
        }
        if ((long) rows * rank != b.length || (long) rank * columns != a.length || errors.length != rank + 1) {
            throw new IllegalArgumentException("Factors of " + rows + " x " + columns + " at rank " + rank
                    + " cannot have " + b.length + " and " + a.length + " values and " + errors.length
                    + " errors.\nMaybe rows and columns are swapped.");
        }
    }

    /**
     * The first components alone.
     *
     * @param smaller rank wanted, 1 to this rank
     * @throws IllegalArgumentException where there are not so many components
     */
    public LowRankFactors truncate(int smaller) {
        if (smaller < 1 || smaller > rank) {
            throw new IllegalArgumentException("Rank " + smaller + " cannot be taken from " + rank + " components of "
                    + rows + " x " + columns + ".\nMaybe they were truncated before.");
        }
        double[] left = new double[rows * smaller];
        for (int row = 0; row < rows; row++) {
            System.arraycopy(b, row * rank, left, row * smaller, smaller);
        }
        return new LowRankFactors(
                rows, columns, smaller, left, Arrays.copyOf(a, smaller * columns), Arrays.copyOf(errors, smaller + 1));
    }

    /** What all components of these factors leave, the last of {@link #errors()}. */
    public double error() {
        return errors[rank];
    }
}
