package org.paretopress.kernels.ops;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** An ND4J array of the CPU backend, with views of its memory for Java loops and for BLAS. */
final class Nd4jTensor implements Tensor {

    /** Elements that one buffer view covers at most: a view may not reach 2 GiB. */
    private static final int VIEW = 1 << 28;

    private final int rows;
    private final int columns;
    private final INDArray array;
    private final FloatPointer pointer;
    private final int rowsPerView;
    private final FloatBuffer[] views;

    Nd4jTensor(int rows, int columns) {
        this.rows = rows;
        this.columns = columns;
        this.array = Nd4j.createUninitialized(DataType.FLOAT, new long[] {rows, columns}, 'c');
        this.pointer = new FloatPointer(array.data().addressPointer());
        this.rowsPerView = Math.max(1, Math.min(rows, VIEW / columns));
        this.views = new FloatBuffer[(rows + rowsPerView - 1) / rowsPerView];
        for (int i = 0; i < views.length; i++) {
            long first = (long) i * rowsPerView * columns;
            long elements = Math.min((long) rowsPerView * columns, (long) rows * columns - first);
            views[i] = at(first).capacity(elements).asBuffer();
        }
    }

    /** The element at an index, for BLAS. */
    FloatPointer at(long index) {
        return pointer.getPointer(index);
    }

    /** Copies {@code count} elements of a row, starting at a column, to the front of the target. */
    void read(int row, int column, int count, float[] target) {
        views[row / rowsPerView].get(row % rowsPerView * columns + column, target, 0, count);
    }

    /** The inverse of {@link #read}. */
    void write(int row, int column, int count, float[] source, int offset) {
        views[row / rowsPerView].put(row % rowsPerView * columns + column, source, offset, count);
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public int columns() {
        return columns;
    }

    @Override
    public void writeRow(int row, float[] values, int offset) {
        write(row, 0, columns, values, offset);
    }

    @Override
    public void readRow(int row, float[] target) {
        read(row, 0, columns, target);
    }

    @Override
    public void close() {
        array.close();
    }
}
