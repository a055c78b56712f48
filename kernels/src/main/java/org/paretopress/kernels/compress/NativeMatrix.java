package org.paretopress.kernels.compress;

import org.bytedeco.javacpp.DoublePointer;

/**
 * A row-major matrix of doubles in native memory, with the products of {@link Lapack}. For one thread; whoever gets
 * one closes it.
 *
 * @param values rows × columns, without gaps, at position 0
 */
record NativeMatrix(int rows, int columns, DoublePointer values) implements AutoCloseable {

    /** A matrix of that shape with arbitrary content. */
    static NativeMatrix allocate(int rows, int columns) {
        return new NativeMatrix(rows, columns, new DoublePointer((long) rows * columns));
    }

    /** The same values in memory of their own. */
    NativeMatrix copy() {
        NativeMatrix copy = allocate(rows, columns);
        copy.values.put(values);
        return copy;
    }

    /** This · other, rows × other's columns. */
    NativeMatrix times(NativeMatrix other) {
        NativeMatrix product = allocate(rows, other.columns);
        Lapack.multiply(false, values, false, other.values, rows, other.columns, columns, product.values);
        return product;
    }

    /** This · otherᵀ, rows × other's rows. */
    NativeMatrix timesTransposed(NativeMatrix other) {
        NativeMatrix product = allocate(rows, other.rows);
        timesTransposed(other, product, 0);
        return product;
    }

    /** Puts this · otherᵀ into the target, from a row of it on. */
    void timesTransposed(NativeMatrix other, NativeMatrix target, int firstRow) {
        target.values.position((long) firstRow * target.columns);
        Lapack.multiply(false, values, true, other.values, rows, other.rows, columns, target.values);
        target.values.position(0);
    }

    /** Thisᵀ · other, columns × other's columns. */
    NativeMatrix transposedTimes(NativeMatrix other) {
        NativeMatrix product = allocate(columns, other.columns);
        Lapack.multiply(true, values, false, other.values, columns, other.columns, rows, product.values);
        return product;
    }

    /** Copies from an array into some rows. */
    void put(int firstRow, double[] source, int offset, int length) {
        values.position((long) firstRow * columns).put(source, offset, length);
        values.position(0);
    }

    /** Copies one row into the start of an array. */
    void readRow(int row, double[] target) {
        values.position((long) row * columns).get(target, 0, columns);
        values.position(0);
    }

    /** All values, row by row. */
    double[] toArray() {
        double[] array = new double[Math.multiplyExact(rows, columns)];
        values.get(array, 0, array.length);
        return array;
    }

    @Override
    public void close() {
        values.close();
    }
}
