package org.paretopress.kernels.levels;

import java.nio.ByteBuffer;

/**
 * A level with a low-rank product added to it, to mend its error. Payload: that of the level, then that of the product.
 */
public record Residual(Layout level, LowRank product) implements Layout {

    @Override
    public String level(int rows, int columns) {
        return level.level(rows, columns) + "+" + product.level(rows, columns);
    }

    @Override
    public double bits(int rows, int columns) {
        return level.bits(rows, columns) + product.bits(rows, columns);
    }

    @Override
    public long sizeInBytes(int rows, int columns) {
        return level.sizeInBytes(rows, columns) + product.sizeInBytes(rows, columns);
    }

    @Override
    public ResidualMatrix view(int rows, int columns, ByteBuffer payload) {
        return new ResidualMatrix(this, rows, columns, payload);
    }
}
