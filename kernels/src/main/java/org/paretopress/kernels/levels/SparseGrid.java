package org.paretopress.kernels.levels;

import java.nio.ByteBuffer;

/**
 * Sparsity and quantization at once (the group sparsity of GQSA, Zeng et al., 2024): whole quantization groups are
 * pruned, the others lie on asymmetric uniform grids, {@code weight = scale * (code - zeroPoint)}. Payload: a mask of
 * one bit a group in row-major order (1 = kept); then of the kept groups, in that order, all codes as one bit stream, the
 * scales as little-endian binary16, and the zero points as a bit stream.
 *
 * @param bits width of a code, 2 to 8
 * @param quantizationGroupSize consecutive weights of a row that share a scale; divides the columns
 * @param kept groups that are not pruned
 */
public record SparseGrid(int bits, int quantizationGroupSize, int kept) implements Layout {

    public SparseGrid {
        if (bits < 2 || bits > 8 || quantizationGroupSize < 1 || kept < 0) {
            throw new IllegalArgumentException("A sparse grid of " + bits + " bits, groups of " + quantizationGroupSize
                    + " and " + kept + " kept groups is impossible.\nMaybe 2 to 8 bits and positive numbers.");
        }
    }

    /** Whether rows of this length are whole groups. */
    public static boolean fits(int columns, int quantizationGroupSize) {
        return columns % quantizationGroupSize == 0;
    }

    /** Groups of a matrix. */
    int groups(int rows, int columns) {
        return rows * (columns / quantizationGroupSize);
    }

    int codesStart(int rows, int columns) {
        return (int) CodeStream.sizeInBytes(groups(rows, columns), 1);
    }

    int scalesStart(int rows, int columns) {
        return codesStart(rows, columns) + (int) CodeStream.sizeInBytes((long) kept * quantizationGroupSize, bits);
    }

    int zeroPointsStart(int rows, int columns) {
        return scalesStart(rows, columns) + Short.BYTES * kept;
    }

    @Override
    public String level(int rows, int columns) {
        return SparseMask.name(kept, groups(rows, columns)) + "+" + bits;
    }

    @Override
    public double bits(int rows, int columns) {
        return (double) bits * kept / groups(rows, columns);
    }

    @Override
    public long sizeInBytes(int rows, int columns) {
        return zeroPointsStart(rows, columns) + CodeStream.sizeInBytes(kept, bits);
    }

    @Override
    public SparseGridMatrix view(int rows, int columns, ByteBuffer payload) {
        return new SparseGridMatrix(this, rows, columns, payload);
    }
}
