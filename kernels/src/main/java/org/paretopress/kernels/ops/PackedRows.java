package org.paretopress.kernels.ops;

/** A weight matrix, outputs × inputs, in whatever form it was made; it is read a row at a time, by many threads. */
public interface PackedRows {

    int rows();

    int columns();

    /** Writes one row as floats to {@code target[offset ..]}. */
    void dequantize(int row, float[] target, int offset);
}
