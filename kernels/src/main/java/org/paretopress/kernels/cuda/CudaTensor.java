package org.paretopress.kernels.cuda;

import com.sun.jna.Memory;
import org.paretopress.kernels.ggml.Half;
import org.paretopress.kernels.ops.Precision;
import org.paretopress.kernels.ops.Tensor;

/**
 * A matrix in a GPU's memory. A row takes {@link #stride} elements, a multiple of {@value #EIGHT}, so that every row starts at a multiple of
 * 16 bytes, as products and kernels like it; what lies behind the last column is not defined.
 */
final class CudaTensor implements CudaWeight, Tensor {

    static final int EIGHT = 8;

    /** Elements that are copied from the host together, at most. */
    private static final int TOGETHER = 1 << 20;

    private final CudaDevice device;
    private final CudaDevice.Memory memory;
    private final boolean owner;
    private final long address;
    private final int rows;
    private final int columns;
    private final Precision precision;

    private CudaTensor(
            CudaDevice device,
            CudaDevice.Memory memory,
            boolean owner,
            long address,
            int rows,
            int columns,
            Precision precision) {
        this.device = device;
        this.memory = memory;
        this.owner = owner;
        this.address = address;
        this.rows = rows;
        this.columns = columns;
        this.precision = precision;
    }

    static CudaTensor allocate(CudaDevice device, int rows, int columns, Precision precision) {
        CudaDevice.Memory memory = device.allocate(sizeInBytes(rows, columns, precision));
        return new CudaTensor(device, memory, true, memory.address(), rows, columns, precision);
    }

    /** A tensor in memory of somebody else, which it keeps from being given back. */
    static CudaTensor within(CudaDevice device, CudaDevice.Memory memory, int rows, int columns, Precision precision) {
        return new CudaTensor(device, memory, false, memory.address(), rows, columns, precision);
    }

    static long sizeInBytes(int rows, int columns, Precision precision) {
        return (long) rows * stride(columns) * precision.bytes();
    }

    private static int stride(int columns) {
        return (columns + EIGHT - 1) / EIGHT * EIGHT;
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public int columns() {
        return columns;
    }

    /** Elements from a row to the next. */
    int stride() {
        return stride(columns);
    }

    /** Of the first element. */
    long address() {
        return address;
    }

    /** Of its elements. */
    Precision precision() {
        return precision;
    }

    @Override
    public long sizeInBytes() {
        return sizeInBytes(rows, columns, precision);
    }

    private long rowBytes() {
        return (long) stride() * precision.bytes();
    }

    @Override
    public CudaTensor slice(int firstRow, int count) {
        return new CudaTensor(device, memory, false, address + firstRow * rowBytes(), count, columns, precision);
    }

    @Override
    public void writeRows(int firstRow, int count, float[] values, int offset) {
        int together = Math.max(1, TOGETHER / stride());
        try (Memory staged = new Memory(Math.min(count, together) * rowBytes())) {
            short[] narrowed = new short[columns];
            for (int done = 0; done < count; done += together) {
                int some = Math.min(together, count - done);
                for (int row = 0; row < some; row++) {
                    stage(staged, row * rowBytes(), values, offset + (done + row) * columns, narrowed);
                }
                device.write(address + (firstRow + done) * rowBytes(), staged, some * rowBytes());
            }
        }
    }

    private void stage(Memory staged, long at, float[] values, int offset, short[] narrowed) {
        if (precision == Precision.FLOAT32) {
            staged.write(at, values, offset, columns);
            return;
        }
        for (int i = 0; i < columns; i++) {
            float value = values[offset + i];
            narrowed[i] = precision == Precision.BFLOAT16 ? bfloat16(value) : Half.ofDouble(value);
        }
        staged.write(at, narrowed, 0, columns);
    }

    /** The upper half of a float's bits, rounded to nearest, ties to even. */
    private static short bfloat16(float value) {
        int bits = Float.floatToIntBits(value);
        return Float.isNaN(value) ? (short) 0x7FC0 : (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
    }

    @Override
    public void readRow(int row, float[] target) {
        try (Memory staged = new Memory((long) columns * precision.bytes())) {
            device.read(staged, address + row * rowBytes(), staged.size());
            if (precision == Precision.FLOAT32) {
                staged.read(0, target, 0, columns);
                return;
            }
            short[] narrowed = staged.getShortArray(0, columns);
            for (int i = 0; i < columns; i++) {
                target[i] = precision == Precision.BFLOAT16
                        ? Float.intBitsToFloat(narrowed[i] << 16)
                        : Half.toFloat(narrowed[i]);
            }
        }
    }

    @Override
    public void close() {
        if (owner) {
            memory.close();
        }
    }
}
