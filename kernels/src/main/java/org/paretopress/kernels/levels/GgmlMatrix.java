package org.paretopress.kernels.levels;

import java.nio.ByteBuffer;
import java.util.Objects;
import org.paretopress.kernels.ggml.GgmlType;

/** A matrix of GGML blocks. */
public final class GgmlMatrix extends PackedMatrix {

    private final GgmlType type;

    GgmlMatrix(GgmlBlocks layout, int rows, int columns, ByteBuffer payload) {
        super(layout, rows, columns, payload);
        this.type = layout.type();
        float[] line = new float[columns];
        for (int row = 0; row < rows; row++) {
            dequantize(row, line);
            for (int column = 0; column < columns; column++) {
                if (!Float.isFinite(line[column])) {
                    throw new IllegalArgumentException("The weight at row " + row + ", column " + column + " is "
                            + line[column] + ".\nMaybe another program wrote the payload.");
                }
            }
        }
    }

    @Override
    public void dequantize(int row, float[] target, int offset) {
        Objects.checkIndex(row, rows());
        int blocks = columns() / type.blockSize();
        type.dequantize(bytes(), row * blocks * type.bytesPerBlock(), blocks, target, offset);
    }
}
