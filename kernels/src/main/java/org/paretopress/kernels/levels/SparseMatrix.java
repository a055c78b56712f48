package org.paretopress.kernels.levels;

import java.nio.ByteBuffer;

/** A matrix with pruned weights, as {@link SparseMask} lays it out. */
public final class SparseMatrix extends PackedMatrix {

    private final CodeStream mask;
    private final int valuesStart;
    /** Kept weights before each row. */
    private final int[] rowStarts;

    SparseMatrix(SparseMask layout, int rows, int columns, ByteBuffer payload) {
        super(layout, rows, columns, payload);
        this.mask = new CodeStream(bytes(), 0, 1);
        this.valuesStart = (int) CodeStream.sizeInBytes((long) rows * columns, 1);
        this.rowStarts = mask.onesBeforeRows(rows, columns);
        if (rowStarts[rows] != layout.kept()) {
            throw new IllegalArgumentException("The mask keeps " + rowStarts[rows] + " weights, the layout says "
                    + layout.kept() + ".\nMaybe another program wrote the payload.");
        }
        Halves.requireFinite(bytes(), valuesStart, layout.kept(), "Weight");
    }

    /**
     * Packs the kept weights of a matrix.
     *
     * @param layer for errors
     * @param values row-major, rows × columns; those of pruned weights are not read
     * @param kept which weights stay, row-major
     * @throws IllegalArgumentException where a kept weight is beyond binary16
     */
    public static SparseMatrix pack(String layer, int rows, int columns, double[] values, boolean[] kept) {
        int count = 0;
        for (boolean one : kept) {
            count += one ? 1 : 0;
        }
        SparseMask layout = new SparseMask(count);
        ByteBuffer payload = layout.allocate(rows, columns);
        int valuesStart = (int) CodeStream.sizeInBytes(kept.length, 1);
        int next = 0;
        for (int i = 0; i < kept.length; i++) {
            if (kept[i]) {
                payload.put(i >> 3, (byte) (payload.get(i >> 3) | 1 << (i & 7)));
                String what = "Layer " + layer + ": the weight at row " + i / columns + ", column " + i % columns;
                Halves.put(payload, valuesStart, next++, values[i], what);
            }
        }
        return layout.view(rows, columns, payload);
    }

    @Override
    public void dequantize(int row, float[] target, int offset) {
        int next = rowStarts[row];
        long first = (long) row * columns();
        for (int column = 0; column < columns(); column++) {
            target[offset + column] = mask.get(first + column) == 0 ? 0 : Halves.get(bytes(), valuesStart, next++);
        }
    }
}
