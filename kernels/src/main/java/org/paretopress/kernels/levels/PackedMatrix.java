package org.paretopress.kernels.levels;

import java.nio.ByteBuffer;

/**
 * One level of one layer: a weight matrix (rows = outputs, columns = inputs) in its packed form. Immutable and safe
 * for concurrent readers. Sealed, so that {@link LayerFile} can name and decode every form; a new family of levels
 * adds a permitted class and its encoding name.
 */
public sealed interface PackedMatrix permits QuantizedMatrix {

    /** Short text of the level as an assignment spells it, such as {@code "3"}. */
    String level();

    /** Nominal bits per weight, without scales and zero points. */
    double bits();

    /** Outputs of the layer. */
    int rows();

    /** Inputs of the layer. */
    int columns();

    /** Name of the payload's layout, as recorded in a layer file. */
    String encoding();

    /** Exact number of payload bytes. */
    long sizeInBytes();

    /** The payload, read-only and little-endian, from position 0 to its limit. */
    ByteBuffer payload();

    /** Writes one row, {@code columns()} values, to {@code target[offset ..]}. */
    void dequantize(int row, float[] target, int offset);

    /** Writes one row to the start of the target. */
    default void dequantize(int row, float[] target) {
        dequantize(row, target, 0);
    }

    /** Writes the whole matrix, row-major, to the start of the target. */
    default void dequantize(float[] target) {
        for (int row = 0; row < rows(); row++) {
            dequantize(row, target, row * columns());
        }
    }
}
