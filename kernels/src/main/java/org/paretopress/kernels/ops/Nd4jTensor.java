package org.paretopress.kernels.ops;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;

/** A matrix of the CPU engine, or some rows of one, with views of its memory for Java loops and for BLAS. */
final class Nd4jTensor implements Tensor {

    /** Elements that one buffer view covers at most: a view may not reach 2 GiB. */
    private static final int VIEW = 1 << 28;

    private final int rows;
    private final int columns;
    private final CpuMemory memory;
    private final boolean owner;
    private final FloatPointer pointer;
    private final int rowsPerView;
    private final FloatBuffer[] views;

    Nd4jTensor(int rows, int columns, CpuMemory.Source source) {
        this(rows, columns, source.allocate(rows, columns), null, 0);
    }

    private Nd4jTensor(int rows, int columns, CpuMemory memory, FloatPointer whole, long firstElement) {
        this.rows = rows;
        this.columns = columns;
        this.memory = memory;
        this.owner = whole == null;
        this.pointer = owner ? memory.start() : whole.getPointer(firstElement);
        this.rowsPerView = Math.max(1, Math.min(rows, VIEW / columns));
        this.views = new FloatBuffer[(rows + rowsPerView - 1) / rowsPerView];
        for (int i = 0; i < views.length; i++) {
            long first = (long) i * rowsPerView * columns;
            long elements = Math.min((long) rowsPerView * columns, (long) rows * columns - first);
            views[i] = pointer.getPointer(first).capacity(elements).asBuffer();
        }
    }

    @Override
    public Nd4jTensor slice(int firstRow, int count) {
        return new Nd4jTensor(count, columns, memory, pointer, (long) firstRow * columns);
    }

    /** The first element, for BLAS. */
    FloatPointer start() {
        return pointer;
    }

    /** Copies whole rows to the front of the target. */
    void read(int first, int count, float[] target) {
        for (int done = 0; done < count; ) {
            int row = first + done;
            int together = Math.min(count - done, rowsPerView - row % rowsPerView);
            views[row / rowsPerView].get(row % rowsPerView * columns, target, done * columns, together * columns);
            done += together;
        }
    }

    @Override
    public void writeRows(int first, int count, float[] source, int offset) {
        for (int done = 0; done < count; ) {
            int row = first + done;
            int together = Math.min(count - done, rowsPerView - row % rowsPerView);
            views[row / rowsPerView].put(
                    row % rowsPerView * columns, source, offset + done * columns, together * columns);
            done += together;
        }
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
    public void readRow(int row, float[] target) {
        read(row, 1, target);
    }

    @Override
    public void close() {
        if (owner) {
            memory.close();
        }
    }
}
