package org.paretopress.kernels.levels;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** A layer that is left out, see {@link Dropped}. */
public final class DroppedMatrix extends PackedMatrix {

    DroppedMatrix(Dropped layout, int rows, int columns, ByteBuffer payload) {
        super(layout, rows, columns, payload);
    }

    public static DroppedMatrix of(int rows, int columns) {
        return new Dropped().view(rows, columns, ByteBuffer.allocate(0));
    }

    @Override
    public void dequantize(int row, float[] target, int offset) {
        Arrays.fill(target, offset, offset + columns(), 0);
    }
}
