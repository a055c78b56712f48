package org.paretopress.kernels.ops;

/** A row-major matrix of 32-bit floats in an engine's own memory. Rows are tokens, or the outputs of a layer. */
public interface Tensor extends AutoCloseable {

    int rows();

    int columns();

    /** Copies one row in: the first {@code columns} values from {@code offset} on. */
    void writeRow(int row, float[] values, int offset);

    /** Copies one row out: to the first {@code columns} places of the target. */
    void readRow(int row, float[] target);

    /** Some rows of this tensor, in the same memory; closing the slice does nothing. */
    Tensor slice(int firstRow, int count);

    /** Bytes of the elements. */
    default long sizeInBytes() {
        return 4L * rows() * columns();
    }

    /** Gives the memory back; the tensor must not be used after. */
    @Override
    void close();
}
