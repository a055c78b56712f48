package org.paretopress.kernels.levels;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** A matrix of which every four weights keep two, as {@link TwoOfFour} lays it out. */
public final class TwoOfFourMatrix extends PackedMatrix {

    private final CodeStream places;
    private final int valuesStart;

    TwoOfFourMatrix(TwoOfFour layout, int rows, int columns, ByteBuffer payload) {
        super(layout, rows, columns, payload);
        if (!TwoOfFour.fits(columns)) {
            throw new IllegalArgumentException(
                    "Rows of " + columns + " weights cannot be cut into fours.\nMaybe choose unstructured sparsity.");
        }
        long kept = (long) rows * columns / 2;
        this.places = new CodeStream(bytes(), 0, 2);
        this.valuesStart = (int) CodeStream.sizeInBytes(kept, 2);
        for (long i = 0; i < kept; i += 2) {
            if (places.get(i) >= places.get(i + 1)) {
                throw new IllegalArgumentException("Four weights number " + i / 2 + " keep the places " + places.get(i)
                        + " and " + places.get(i + 1) + ".\nMaybe another program wrote the payload.");
            }
        }
        Halves.requireFinite(bytes(), valuesStart, kept, "Weight");
    }

    /**
     * Packs the kept weights of a matrix.
     *
     * @param layer for errors
     * @param values row-major, rows × columns; those of pruned weights are not read
     * @param kept which weights stay, row-major: two of every four
     */
    public static TwoOfFourMatrix pack(String layer, int rows, int columns, double[] values, boolean[] kept) {
        TwoOfFour layout = new TwoOfFour();
        ByteBuffer payload = layout.allocate(rows, columns);
        byte[] places = new byte[kept.length / 2];
        int valuesStart = (int) CodeStream.sizeInBytes(places.length, 2);
        int next = 0;
        for (int i = 0; i < kept.length; i++) {
            if (kept[i]) {
                String what = "Layer " + layer + ": the weight at row " + i / columns + ", column " + i % columns;
                places[next] = (byte) (i % 4);
                Halves.put(payload, valuesStart, next++, values[i], what);
            }
        }
        new CodeStream(payload, 0, 2).write(places);
        return layout.view(rows, columns, payload);
    }

    @Override
    public void dequantize(int row, float[] target, int offset) {
        Arrays.fill(target, offset, offset + columns(), 0);
        long next = (long) row * columns() / 2;
        for (int four = 0; four < columns(); four += 4) {
            for (int k = 0; k < 2; k++, next++) {
                target[offset + four + places.get(next)] = Halves.get(bytes(), valuesStart, next);
            }
        }
    }
}
