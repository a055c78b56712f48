package org.paretopress.kernels.levels;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.paretopress.kernels.ggml.Half;

/** A matrix of pruned and quantized groups, as {@link SparseGrid} lays it out. */
public final class SparseGridMatrix extends PackedMatrix {

    private final SparseGrid grid;
    private final CodeStream mask;
    private final CodeStream codes;
    private final CodeStream zeroPoints;
    private final int scalesStart;
    /** Kept groups before each row. */
    private final int[] rowStarts;

    SparseGridMatrix(SparseGrid layout, int rows, int columns, ByteBuffer payload) {
        super(layout, rows, columns, payload);
        if (!SparseGrid.fits(columns, layout.quantizationGroupSize())) {
            throw new IllegalArgumentException("Rows of " + columns + " weights are no whole groups of "
                    + layout.quantizationGroupSize() + ".\nMaybe choose a group size that divides them.");
        }
        this.grid = layout;
        this.mask = new CodeStream(bytes(), 0, 1);
        this.codes = new CodeStream(bytes(), layout.codesStart(rows, columns), layout.bits());
        this.scalesStart = layout.scalesStart(rows, columns);
        this.zeroPoints = new CodeStream(bytes(), layout.zeroPointsStart(rows, columns), layout.bits());
        this.rowStarts = mask.onesBeforeRows(rows, columns / layout.quantizationGroupSize());
        if (rowStarts[rows] != layout.kept()) {
            throw new IllegalArgumentException("The mask keeps " + rowStarts[rows] + " groups, the layout says "
                    + layout.kept() + ".\nMaybe another program wrote the payload.");
        }
        Halves.requireFinite(bytes(), scalesStart, layout.kept(), "Scale");
    }

    /**
     * Packs the kept groups of a quantized matrix.
     *
     * @param layout of the result
     * @param keptGroups which groups stay, row-major
     * @param whole all groups, of the same bits and group size, asymmetric; those of pruned groups are not read
     */
    public static SparseGridMatrix pack(
            int rows, int columns, SparseGrid layout, boolean[] keptGroups, QuantizedMatrix whole) {
        int size = layout.quantizationGroupSize();
        byte[] mask = new byte[keptGroups.length];
        byte[] codes = new byte[layout.kept() * size];
        byte[] zeroPoints = new byte[layout.kept()];
        ByteBuffer payload = layout.allocate(rows, columns);
        int next = 0;
        for (int group = 0; group < keptGroups.length; group++) {
            if (keptGroups[group]) {
                mask[group] = 1;
                for (int i = 0; i < size; i++) {
                    int weight = group * size + i;
                    codes[next * size + i] = (byte) whole.code(weight / columns, weight % columns);
                }
                zeroPoints[next] = (byte) whole.zeroPoint(group);
                payload.putShort(layout.scalesStart(rows, columns) + Short.BYTES * next++, whole.scaleBits(group));
            }
        }
        new CodeStream(payload, 0, 1).write(mask);
        new CodeStream(payload, layout.codesStart(rows, columns), layout.bits()).write(codes);
        new CodeStream(payload, layout.zeroPointsStart(rows, columns), layout.bits()).write(zeroPoints);
        return layout.view(rows, columns, payload);
    }

    @Override
    public void dequantize(int row, float[] target, int offset) {
        int size = grid.quantizationGroupSize();
        int groups = columns() / size;
        int next = rowStarts[row];
        for (int group = 0; group < groups; group++) {
            int from = offset + group * size;
            if (mask.get((long) row * groups + group) == 0) {
                Arrays.fill(target, from, from + size, 0);
            } else {
                codes.read((long) next * size, size, target, from);
                float scale = Half.toFloat(bytes().getShort(scalesStart + Short.BYTES * next));
                float zeroPoint = zeroPoints.get(next++);
                for (int i = from; i < from + size; i++) {
                    target[i] = scale * (target[i] - zeroPoint);
                }
            }
        }
    }
}
