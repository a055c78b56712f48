package org.paretopress.kernels.levels;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import org.paretopress.kernels.model.Half;

/**
 * A matrix on asymmetric uniform grids, one grid per quantization group along the inputs:
 * {@code weight = scale * (code - zeroPoint)}. Payload: codes as one bit stream over the whole matrix in row-major
 * order, scales as little-endian binary16, zero points as a second bit stream of the same width. Every weight is
 * exact in float, because a scale has 11 significant bits and a code at most 8.
 */
public final class QuantizedMatrix implements PackedMatrix {

    /** Name of this layout in a layer file. */
    public static final String ENCODING = "asymmetric-grid";

    private final QuantizedShape shape;
    private final ByteBuffer payload;
    private final CodeStream codes;
    private final CodeStream zeroPoints;

    private QuantizedMatrix(QuantizedShape shape, ByteBuffer payload) {
        this.shape = shape;
        this.payload = payload;
        this.codes = new CodeStream(payload, 0, shape.bits());
        this.zeroPoints = new CodeStream(payload, shape.zeroPointsStart(), shape.bits());
    }

    /**
     * Packs codes and grids.
     *
     * @param codes unsigned, row-major, rows × columns
     * @param scales binary16 bits, rows × quantizationGroupsPerRow, positive and finite
     * @param zeroPoints unsigned, rows × quantizationGroupsPerRow
     * @throws IllegalArgumentException where a length or a value does not fit the shape
     */
    public static QuantizedMatrix pack(QuantizedShape shape, byte[] codes, short[] scales, byte[] zeroPoints) {
        requireCodes("codes", codes, shape.weights(), shape.bits());
        requireCodes("zero points", zeroPoints, shape.quantizationGroups(), shape.bits());
        if (scales.length != shape.quantizationGroups()) {
            throw new IllegalArgumentException(
                    "Got " + scales.length + " scales where " + shape + " has " + shape.quantizationGroups()
                            + ".\nMaybe there is one scale for every quantization group of a row.");
        }
        ByteBuffer payload = ByteBuffer.allocate(shape.sizeInBytes()).order(ByteOrder.LITTLE_ENDIAN);
        QuantizedMatrix packed = new QuantizedMatrix(shape, payload);
        packed.codes.write(codes);
        for (int quantizationGroup = 0; quantizationGroup < scales.length; quantizationGroup++) {
            payload.putShort(shape.scalesStart() + Short.BYTES * quantizationGroup, scales[quantizationGroup]);
        }
        packed.zeroPoints.write(zeroPoints);
        return view(shape, payload.clear());
    }

    /**
     * A matrix over a payload, which is not copied and must not change afterwards.
     *
     * @param payload position to limit are the bytes of exactly this shape
     * @throws IllegalArgumentException where the length does not fit or a scale is not a positive, finite number
     */
    public static QuantizedMatrix view(QuantizedShape shape, ByteBuffer payload) {
        if (payload.remaining() != shape.sizeInBytes()) {
            throw new IllegalArgumentException("A payload of " + payload.remaining() + " bytes is not " + shape
                    + ", which takes " + shape.sizeInBytes() + ".\nMaybe bits or quantizationGroupSize differ.");
        }
        QuantizedMatrix matrix =
                new QuantizedMatrix(shape, payload.slice().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN));
        matrix.requireUsableScales();
        return matrix;
    }

    private void requireUsableScales() {
        for (int quantizationGroup = 0; quantizationGroup < shape.quantizationGroups(); quantizationGroup++) {
            float scale = Half.toFloat(scaleBits(quantizationGroup));
            if (!(scale > 0 && scale < Float.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("Scale of quantization group " + quantizationGroup + " is " + scale
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

    /** Shape and layout. */
    public QuantizedShape shape() {
        return shape;
    }

    /** Unsigned code of one weight. */
    public int code(int row, int column) {
        Objects.checkIndex(row, shape.rows());
        Objects.checkIndex(column, shape.columns());
        return codes.get((long) row * shape.columns() + column);
    }

    /** Binary16 bits of a scale; groups count through the matrix, row by row. */
    public short scaleBits(int quantizationGroup) {
        Objects.checkIndex(quantizationGroup, shape.quantizationGroups());
        return payload.getShort(shape.scalesStart() + Short.BYTES * quantizationGroup);
    }

    /** Unsigned zero point; groups count through the matrix, row by row. */
    public int zeroPoint(int quantizationGroup) {
        Objects.checkIndex(quantizationGroup, shape.quantizationGroups());
        return zeroPoints.get(quantizationGroup);
    }

    @Override
    public String level() {
        return Integer.toString(shape.bits());
    }

    @Override
    public double bits() {
        return shape.bits();
    }

    @Override
    public int rows() {
        return shape.rows();
    }

    @Override
    public int columns() {
        return shape.columns();
    }

    @Override
    public String encoding() {
        return ENCODING;
    }

    @Override
    public long sizeInBytes() {
        return payload.capacity();
    }

    @Override
    public ByteBuffer payload() {
        return payload.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void dequantize(int row, float[] target, int offset) {
        Objects.checkIndex(row, shape.rows());
        int columns = shape.columns();
        codes.read((long) row * columns, columns, target, offset);
        int quantizationGroup = row * shape.quantizationGroupsPerRow();
        for (int column = 0; column < columns; column += shape.quantizationGroupSize()) {
            int length = Math.min(shape.quantizationGroupSize(), columns - column);
            float scale = Half.toFloat(scaleBits(quantizationGroup));
            float zeroPoint = zeroPoints.get(quantizationGroup++);
            toWeights(target, offset + column, offset + column + length, scale, zeroPoint);
        }
    }

    private static void toWeights(float[] target, int from, int to, float scale, float zeroPoint) {
        for (int i = from; i < to; i++) {
            target[i] = scale * (target[i] - zeroPoint);
        }
    }
}
