package org.paretopress.kernels.levels;

/**
 * Layout of a {@link QuantizedMatrix}: where its three sections lie. Sizes are affine in the bits:
 * {@code ceil(n * bits / 8) + 2 * groups + ceil(groups * bits / 8)} bytes for n weights.
 *
 * @param rows outputs
 * @param columns inputs
 * @param bits width of a code, 2 to 8
 * @param quantizationGroupSize consecutive weights of a row that share a scale; the last of a row may hold fewer
 */
public record QuantizedShape(int rows, int columns, int bits, int quantizationGroupSize) {

    public QuantizedShape {
        requirePositive("rows", rows);
        requirePositive("columns", columns);
        requirePositive("quantizationGroupSize", quantizationGroupSize);
        if (bits < 2 || bits > 8) {
            throw new IllegalArgumentException("A quantized matrix of " + bits + " bits cannot be packed.\n"
                    + "Maybe choose 2 to 8 bits; other levels need another family.");
        }
        long size = sizeInBytes(rows, columns, bits, quantizationGroupSize);
        if ((long) rows * columns > Integer.MAX_VALUE || size > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("A matrix of " + rows + " x " + columns + " weights at " + bits
                    + " bits needs " + size + " bytes, more than one buffer holds.\n"
                    + "Maybe this tensor is an embedding, which is not compressed.");
        }
    }

    /** Quantization groups in one row. */
    public int quantizationGroupsPerRow() {
        return quantizationGroupsPerRow(columns, quantizationGroupSize);
    }

    /** Quantization groups in the matrix. */
    public int quantizationGroups() {
        return rows * quantizationGroupsPerRow();
    }

    /** Weights in the matrix. */
    public int weights() {
        return rows * columns;
    }

    /** Exact number of payload bytes. */
    public int sizeInBytes() {
        return (int) sizeInBytes(rows, columns, bits, quantizationGroupSize);
    }

    /** Byte at which the binary16 scales start. */
    int scalesStart() {
        return (int) CodeStream.sizeInBytes(weights(), bits);
    }

    /** Byte at which the packed zero points start. */
    int zeroPointsStart() {
        return scalesStart() + Short.BYTES * quantizationGroups();
    }

    private static int quantizationGroupsPerRow(int columns, int quantizationGroupSize) {
        return (columns - 1) / quantizationGroupSize + 1;
    }

    private static long sizeInBytes(int rows, int columns, int bits, int quantizationGroupSize) {
        long quantizationGroups = (long) rows * quantizationGroupsPerRow(columns, quantizationGroupSize);
        return CodeStream.sizeInBytes((long) rows * columns, bits)
                + Short.BYTES * quantizationGroups
                + CodeStream.sizeInBytes(quantizationGroups, bits);
    }

    private static void requirePositive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException("A quantized matrix with " + name + " = " + value
                    + " is impossible.\nMaybe it should be 1 or more.");
        }
    }
}
