package org.paretopress.kernels.ops;

import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** An ND4J array of rows × columns in row-major order, or some rows of one, in the memory of whichever backend ND4J has loaded. */
final class Nd4jArray implements Tensor {

    private final Nd4jDevice device;
    private final INDArray values;
    private final boolean owner;

    Nd4jArray(Nd4jDevice device, int rows, int columns) {
        device.claim();
        this.device = device;
        this.values = Nd4j.createUninitialized(DataType.FLOAT, new long[] {rows, columns}, 'c');
        this.owner = true;
    }

    private Nd4jArray(Nd4jDevice device, INDArray rows) {
        this.device = device;
        this.values = rows;
        this.owner = false;
    }

    INDArray values() {
        return values;
    }

    @Override
    public int rows() {
        return (int) values.size(0);
    }

    @Override
    public int columns() {
        return (int) values.size(1);
    }

    @Override
    public Nd4jArray slice(int firstRow, int count) {
        return new Nd4jArray(device, view(firstRow, count));
    }

    /** Some rows, in the same memory. */
    INDArray view(int firstRow, int count) {
        return part(values, firstRow, count, 0, columns());
    }

    /**
     * A part of a matrix whose rows follow one another without a gap, in the same memory. (INDArray.get finds nothing in some parts of
     * what is a part itself.)
     */
    static INDArray part(INDArray matrix, int firstRow, int rows, int firstColumn, int columns) {
        long width = matrix.size(1);
        return Nd4j.create(
                matrix.data(),
                new long[] {rows, columns},
                new long[] {width, 1},
                matrix.offset() + firstRow * width + firstColumn,
                'c');
    }

    @Override
    public void writeRows(int firstRow, int count, float[] source, int offset) {
        device.claim();
        float[] rows = Arrays.copyOfRange(source, offset, offset + count * columns());
        try (INDArray written = Nd4j.create(rows, new long[] {count, columns()}, 'c')) {
            view(firstRow, count).assign(written);
        }
    }

    @Override
    public void readRow(int row, float[] target) {
        device.claim();
        try (INDArray copy = view(row, 1).dup('c')) {
            System.arraycopy(copy.data().asFloat(), 0, target, 0, columns());
        }
    }

    @Override
    public void close() {
        if (owner) {
            device.claim();
            values.close();
        }
    }
}
