package org.paretopress.kernels.levels;

import java.nio.ByteBuffer;

/**
 * A product of two thin matrices, W = B·A. Payload: B, rows × rank, then A, rank × columns, both row-major in
 * little-endian binary16.
 *
 * @param rank columns of B and rows of A
 */
public record LowRank(int rank) implements Layout {

    public LowRank {
        if (rank < 1) {
            throw new IllegalArgumentException("A product of rank " + rank + " is impossible.\nMaybe 1 or more.");
        }
    }

    @Override
    public String level(int rows, int columns) {
        return "rank:" + rank;
    }

    @Override
    public double bits(int rows, int columns) {
        return 8.0 * sizeInBytes(rows, columns) / ((double) rows * columns);
    }

    @Override
    public long sizeInBytes(int rows, int columns) {
        return (long) Short.BYTES * rank * (rows + (long) columns);
    }

    @Override
    public LowRankMatrix view(int rows, int columns, ByteBuffer payload) {
        return new LowRankMatrix(this, rows, columns, payload);
    }
}
