package org.paretopress.kernels.levels;

import java.nio.ByteBuffer;

/** A level and a low-rank product that is added to it, as {@link Residual} lays them out. */
public final class ResidualMatrix extends PackedMatrix {

    private final PackedMatrix level;
    private final LowRankMatrix product;

    ResidualMatrix(Residual layout, int rows, int columns, ByteBuffer payload) {
        super(layout, rows, columns, payload);
        int split = (int) layout.level().sizeInBytes(rows, columns);
        this.level = layout.level().view(rows, columns, bytes().slice(0, split));
        this.product = layout.product().view(rows, columns, bytes().slice(split, bytes().limit() - split));
    }

    /** Joins a level and a product of the same shape. */
    public static ResidualMatrix of(PackedMatrix level, LowRankMatrix product) {
        ByteBuffer payload = ByteBuffer.allocate(Math.toIntExact(level.sizeInBytes() + product.sizeInBytes()));
        payload.put(level.payload()).put(product.payload()).flip();
        return new Residual(level.layout(), (LowRank) product.layout()).view(level.rows(), level.columns(), payload);
    }

    /** What the product is added to. */
    public PackedMatrix mended() {
        return level;
    }

    public LowRankMatrix product() {
        return product;
    }

    @Override
    public void dequantize(int row, float[] target, int offset) {
        level.dequantize(row, target, offset);
        product.add(row, target, offset);
    }
}
