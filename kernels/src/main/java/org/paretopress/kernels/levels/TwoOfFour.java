package org.paretopress.kernels.levels;

import java.nio.ByteBuffer;

/**
 * 2:4 sparsity: of every four consecutive weights of a row two are kept. Payload: for each four the places of the two,
 * ascending, as 2-bit codes in one stream, then the kept weights as little-endian binary16.
 */
public record TwoOfFour() implements Layout {

    /** Whether rows of this length can be cut into fours. */
    public static boolean fits(int columns) {
        return columns % 4 == 0;
    }

    @Override
    public String level(int rows, int columns) {
        return "sparse:2:4";
    }

    @Override
    public double bits(int rows, int columns) {
        return 8;
    }

    @Override
    public long sizeInBytes(int rows, int columns) {
        long kept = (long) rows * columns / 2;
        return CodeStream.sizeInBytes(kept, 2) + Short.BYTES * kept;
    }

    @Override
    public TwoOfFourMatrix view(int rows, int columns, ByteBuffer payload) {
        return new TwoOfFourMatrix(this, rows, columns, payload);
    }
}
