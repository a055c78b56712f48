package org.paretopress.kernels.levels;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.paretopress.kernels.ops.PackedRows;

/**
 * One level of one layer: a weight matrix (rows = outputs, columns = inputs) in its packed form. Immutable and safe
 * for concurrent readers. Sealed: a new family of levels adds a {@link Layout} and the class that reads it.
 */
public abstract sealed class PackedMatrix implements PackedRows
        permits QuantizedMatrix,
                GgmlMatrix,
                SparseMatrix,
                TwoOfFourMatrix,
                SparseGridMatrix,
                LowRankMatrix,
                ResidualMatrix,
                DroppedMatrix {

    private final Layout layout;
    private final int rows;
    private final int columns;
    private final ByteBuffer payload;

    /** @throws IllegalArgumentException where the payload has not the layout's size */
    PackedMatrix(Layout layout, int rows, int columns, ByteBuffer payload) {
        layout.requireSize(rows, columns, payload);
        this.layout = layout;
        this.rows = rows;
        this.columns = columns;
        this.payload = payload.slice().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Form and parameters of the payload. */
    public final Layout layout() {
        return layout;
    }

    /** Short text of the level as an assignment spells it, such as {@code "3"}. */
    public final String level() {
        return layout.level(rows, columns);
    }

    /** Nominal bits per weight, see {@link Layout#bits}. */
    public final double bits() {
        return layout.bits(rows, columns);
    }

    /** Outputs of the layer. */
    @Override
    public final int rows() {
        return rows;
    }

    /** Inputs of the layer. */
    @Override
    public final int columns() {
        return columns;
    }

    /** Exact number of payload bytes. */
    public final long sizeInBytes() {
        return payload.capacity();
    }

    /** The payload, read-only and little-endian, from position 0 to its limit. */
    public final ByteBuffer payload() {
        return payload.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The payload itself, for absolute reads. */
    final ByteBuffer bytes() {
        return payload;
    }

    /** Writes one row, {@code columns()} values, to {@code target[offset ..]}. */
    @Override
    public abstract void dequantize(int row, float[] target, int offset);

    /** Writes one row to the start of the target. */
    public final void dequantize(int row, float[] target) {
        dequantize(row, target, 0);
    }

    /** Writes the whole matrix, row-major, to the start of the target. */
    public final void dequantize(float[] target) {
        for (int row = 0; row < rows; row++) {
            dequantize(row, target, row * columns);
        }
    }
}
