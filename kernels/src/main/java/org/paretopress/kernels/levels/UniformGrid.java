package org.paretopress.kernels.levels;

import java.nio.ByteBuffer;

/**
 * Uniform grids, one for each quantization group along the inputs: {@code weight = scale * (code - zeroPoint)}.
 * Payload: codes as one bit stream over the whole matrix in row-major order, scales as little-endian binary16, and, on
 * asymmetric grids, zero points as a second bit stream of the same width.
 *
 * @param bits width of a code, 2 to 8
 * @param quantizationGroupSize consecutive weights of a row that share a scale; the last of a row may hold fewer
 * @param symmetric whether the zero point is 2^(bits − 1) everywhere and none is stored
 */
public record UniformGrid(int bits, int quantizationGroupSize, boolean symmetric) implements Layout {

    public UniformGrid {
        if (bits < 2 || bits > 8) {
            throw new IllegalArgumentException("A uniform grid of " + bits + " bits cannot be packed.\n"
                    + "Maybe choose 2 to 8 bits; other levels need another family.");
        }
        if (quantizationGroupSize < 1) {
            throw new IllegalArgumentException(
                    "quantizationGroupSize = " + quantizationGroupSize + " is impossible.\nMaybe 64 or 128.");
        }
    }

    @Override
    public String level(int rows, int columns) {
        return Integer.toString(bits);
    }

    @Override
    public double bits(int rows, int columns) {
        return bits;
    }

    @Override
    public long sizeInBytes(int rows, int columns) {
        long groups = (long) rows * groupsPerRow(columns);
        return CodeStream.sizeInBytes((long) rows * columns, bits)
                + Short.BYTES * groups
                + (symmetric ? 0 : CodeStream.sizeInBytes(groups, bits));
    }

    @Override
    public QuantizedMatrix view(int rows, int columns, ByteBuffer payload) {
        return new QuantizedMatrix(this, rows, columns, payload);
    }

    /** Quantization groups in one row. */
    public int groupsPerRow(int columns) {
        return (columns - 1) / quantizationGroupSize + 1;
    }

    /** Byte at which the binary16 scales start. */
    public int scalesStart(int rows, int columns) {
        return (int) CodeStream.sizeInBytes((long) rows * columns, bits);
    }

    /** Byte at which the packed zero points start. */
    int zeroPointsStart(int rows, int columns) {
        return scalesStart(rows, columns) + Short.BYTES * rows * groupsPerRow(columns);
    }
}
