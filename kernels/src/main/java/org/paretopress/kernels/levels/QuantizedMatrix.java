package org.paretopress.kernels.levels;

import java.nio.ByteBuffer;
import java.util.Objects;
import org.paretopress.kernels.ggml.Half;

/**
 * A matrix on uniform grids, as {@link UniformGrid} lays it out. Every weight is exact in float, because a scale has 11
 * significant bits and a code at most 8.
 */
public final class QuantizedMatrix extends PackedMatrix {

    private final UniformGrid grid;
    private final int groupsPerRow;
    private final int scalesStart;
    private final CodeStream codes;
    private final CodeStream zeroPoints;

    QuantizedMatrix(UniformGrid layout, int rows, int columns, ByteBuffer payload) {
        super(layout, rows, columns, payload);
        this.grid = layout;
        this.groupsPerRow = layout.groupsPerRow(columns);
        this.scalesStart = layout.scalesStart(rows, columns);
        this.codes = new CodeStream(bytes(), 0, layout.bits());
        this.zeroPoints = new CodeStream(bytes(), layout.zeroPointsStart(rows, columns), layout.bits());
        requireUsableScales();
    }

    /**
     * Packs codes and grids.
     *
     * @param codes unsigned, row-major, rows × columns
     * @param scales binary16 bits, rows × groupsPerRow, positive and finite
     * @param zeroPoints unsigned, rows × groupsPerRow; not stored where the grid is symmetric
     * @throws IllegalArgumentException where a length or a value does not fit
     */
    public static QuantizedMatrix pack(
            UniformGrid layout, int rows, int columns, byte[] codes, short[] scales, byte[] zeroPoints) {
        int groups = rows * layout.groupsPerRow(columns);
        requireCodes("codes", codes, rows * columns, layout.bits());
        requireCodes("zero points", zeroPoints, groups, layout.bits());
        if (scales.length != groups) {
            throw new IllegalArgumentException("Got " + scales.length + " scales where " + rows + " x " + columns
                    + " weights have " + groups
                    + ".\nMaybe there is one scale for every quantization group of a row.");
        }
        ByteBuffer payload = layout.allocate(rows, columns);
        new CodeStream(payload, 0, layout.bits()).write(codes);
        for (int group = 0; group < groups; group++) {
            payload.putShort(layout.scalesStart(rows, columns) + Short.BYTES * group, scales[group]);
        }
        if (!layout.symmetric()) {
            new CodeStream(payload, layout.zeroPointsStart(rows, columns), layout.bits()).write(zeroPoints);
        }
        return layout.view(rows, columns, payload);
    }

    private void requireUsableScales() {
        for (int group = 0; group < rows() * groupsPerRow; group++) {
            float scale = Half.toFloat(scaleBits(group));
            if (!(scale > 0 && scale < Float.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("Scale of quantization group " + group + " is " + scale
                        + ".\nMaybe the weights were not finite, or their range is beyond binary16.");
            }
        }
    }

    private static void requireCodes(String what, byte[] values, int expected, int bits) {
        if (values.length != expected) {
            throw new IllegalArgumentException("Got " + values.length + " " + what + ", expected " + expected
                    + ".\nMaybe rows and columns are swapped.");
        }
        for (int i = 0; i < values.length; i++) {
            if ((values[i] & 0xFF) >>> bits != 0) {
                throw new IllegalArgumentException("Of the " + what + ", number " + i + " is " + (values[i] & 0xFF)
                        + ", more than " + bits + " bits hold.\nMaybe it was not clamped to the grid.");
            }
        }
    }

    /** Unsigned code of one weight. */
    public int code(int row, int column) {
        Objects.checkIndex(row, rows());
        Objects.checkIndex(column, columns());
        return codes.get((long) row * columns() + column);
    }

    /** Binary16 bits of a scale; groups count through the matrix, row by row. */
    public short scaleBits(int group) {
        Objects.checkIndex(group, rows() * groupsPerRow);
        return bytes().getShort(scalesStart + Short.BYTES * group);
    }

    /** Unsigned zero point; groups count through the matrix, row by row. */
    public int zeroPoint(int group) {
        Objects.checkIndex(group, rows() * groupsPerRow);
        return grid.symmetric() ? 1 << (grid.bits() - 1) : zeroPoints.get(group);
    }

    @Override
    public void dequantize(int row, float[] target, int offset) {
        Objects.checkIndex(row, rows());
        codes.read((long) row * columns(), columns(), target, offset);
        int group = row * groupsPerRow;
        for (int column = 0; column < columns(); column += grid.quantizationGroupSize()) {
            int length = Math.min(grid.quantizationGroupSize(), columns() - column);
            float scale = Half.toFloat(scaleBits(group));
            toWeights(target, offset + column, offset + column + length, scale, zeroPoint(group++));
        }
    }

    private static void toWeights(float[] target, int from, int to, float scale, float zeroPoint) {
        for (int i = from; i < to; i++) {
            target[i] = scale * (target[i] - zeroPoint);
        }
    }
}
