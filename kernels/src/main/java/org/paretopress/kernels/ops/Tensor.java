package org.paretopress.kernels.ops;

/**
 * A row-major matrix of floating-point numbers in an engine's own memory: 32 bits each or, where products read them, as many as the
 * engine multiplies ({@link TensorOps#allocateOperand}). Rows are tokens, or the outputs of a layer.
 */
public interface Tensor extends Weight {

    @Override
    int rows();

    @Override
    int columns();

    /**
     * Copies whole rows in.
     *
     * @param values row-major; the first {@code count · columns} from {@code offset} on
     */
    void writeRows(int firstRow, int count, float[] values, int offset);

    /** Copies one row in: the first {@code columns} values from {@code offset} on. */
    default void writeRow(int row, float[] values, int offset) {
        writeRows(row, 1, values, offset);
    }

    /** Copies one row out: to the first {@code columns} places of the target. */
    void readRow(int row, float[] target);

    /** Some rows of this tensor, in the same memory; closing the slice does nothing. */
    Tensor slice(int firstRow, int count);

    /** Bytes of the elements. */
    @Override
    default long sizeInBytes() {
        return 4L * rows() * columns();
    }
}
