package org.paretopress.kernels.levels;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** A product of two thin matrices, as {@link LowRank} lays it out; sums are formed in float, in order of the rank. */
public final class LowRankMatrix extends PackedMatrix {

    private final int rank;
    private final int rightStart;

    LowRankMatrix(LowRank layout, int rows, int columns, ByteBuffer payload) {
        super(layout, rows, columns, payload);
        this.rank = layout.rank();
        this.rightStart = Short.BYTES * rows * rank;
        Halves.requireFinite(bytes(), 0, (long) rank * (rows + (long) columns), "Factor");
    }

    /**
     * Packs two factors.
     *
     * @param layer for errors
     * @param left B, rows × rank, row-major
     * @param right A, rank × columns, row-major
     * @throws IllegalArgumentException where a number is beyond binary16
     */
    public static LowRankMatrix pack(String layer, int rows, int columns, int rank, double[] left, double[] right) {
        LowRank layout = new LowRank(rank);
        ByteBuffer payload = layout.allocate(rows, columns);
        put(payload, 0, left, "Layer " + layer + ": a number of the left factor");
        put(payload, Short.BYTES * left.length, right, "Layer " + layer + ": a number of the right factor");
        return layout.view(rows, columns, payload);
    }

    private static void put(ByteBuffer payload, int start, double[] values, String what) {
        for (int i = 0; i < values.length; i++) {
            Halves.put(payload, start, i, values[i], what);
        }
    }

    /** Columns of B and rows of A. */
    public int rank() {
        return rank;
    }

    @Override
    public void dequantize(int row, float[] target, int offset) {
        Arrays.fill(target, offset, offset + columns(), 0);
        add(row, target, offset);
    }

    /** Adds one row of the product. */
    void add(int row, float[] target, int offset) {
        for (int k = 0; k < rank; k++) {
            float left = Halves.get(bytes(), 0, (long) row * rank + k);
            long first = (long) k * columns();
            for (int column = 0; column < columns(); column++) {
                target[offset + column] += left * Halves.get(bytes(), rightStart, first + column);
            }
        }
    }
}
