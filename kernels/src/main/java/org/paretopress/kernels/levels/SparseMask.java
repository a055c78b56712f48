package org.paretopress.kernels.levels;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.ByteBuffer;

/**
 * Unstructured sparsity. Payload: a mask of one bit a weight in row-major order (bit k is bit k % 8 of byte k / 8; 1 =
 * kept), then the kept weights in that order as little-endian binary16.
 *
 * @param kept weights that are not pruned
 */
public record SparseMask(long kept) implements Layout {

    public SparseMask {
        if (kept < 0) {
            throw new IllegalArgumentException("A sparse level keeps " + kept + " weights.\nMaybe 0 or more.");
        }
    }

    @Override
    public String level(int rows, int columns) {
        return name(kept, (long) rows * columns);
    }

    /** {@code "sparse:"} and the pruned share to four decimals. */
    static String name(long kept, long all) {
        BigDecimal pruned = BigDecimal.valueOf(all - kept).divide(BigDecimal.valueOf(all), 4, RoundingMode.HALF_EVEN);
        return "sparse:" + pruned.stripTrailingZeros().toPlainString();
    }

    @Override
    public double bits(int rows, int columns) {
        return 16.0 * kept / ((double) rows * columns);
    }

    @Override
    public long sizeInBytes(int rows, int columns) {
        return CodeStream.sizeInBytes((long) rows * columns, 1) + Short.BYTES * kept;
    }

    @Override
    public SparseMatrix view(int rows, int columns, ByteBuffer payload) {
        return new SparseMatrix(this, rows, columns, payload);
    }
}
