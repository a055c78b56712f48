package org.paretopress.kernels.cuda;

import org.paretopress.kernels.cuda.CudaStream.Grid;
import org.paretopress.kernels.ops.Precision;
import org.paretopress.kernels.ops.Tensor;

/** What one engine computes with: a stream of a device, its kernels, and memory that is used again and again. */
final class Workbench implements AutoCloseable {

    /** Threads of a block, as {@code BLOCK} in {@code reductions.cuh}. */
    static final int BLOCK = 256;

    private final CudaDevice device;
    private final CompiledKernels kernels;
    private final Precision precision;
    private final CudaStream stream;
    private final Scratch scratch;

    Workbench(CudaDevice device, CompiledKernels kernels, Precision precision) {
        this.device = device;
        this.kernels = kernels;
        this.precision = precision;
        this.stream = new CudaStream(device);
        this.scratch = new Scratch(device, stream);
    }

    CudaDevice device() {
        return device;
    }

    CompiledKernels kernels() {
        return kernels;
    }

    /** What products read. */
    Precision precision() {
        return precision;
    }

    CudaStream stream() {
        return stream;
    }

    Scratch scratch() {
        return scratch;
    }

    /** A new tensor in the precision that products read. */
    CudaTensor allocateOperand(int rows, int columns) {
        return CudaTensor.allocate(device, rows, columns, precision);
    }

    /** Starts a kernel with a block for each row. */
    void eachRow(String kernel, int rows, Object... parameters) {
        stream.launch(kernels.get(kernel), Grid.of(rows, BLOCK), parameters);
    }

    /** Copies elements; the precisions may differ. */
    void copy(CudaTensor from, CudaTensor to) {
        if (from.precision() == to.precision()) {
            stream.copy(to.address(), from.address(), from.sizeInBytes());
            return;
        }
        eachRow(
                to.precision() == Precision.FLOAT32 ? "widen_rows" : "narrow_rows",
                from.rows(),
                from.address(),
                from.stride(),
                to.address(),
                to.stride(),
                from.columns());
    }

    /** The tensor as products read it: itself, or a copy in memory of that name. */
    CudaTensor operand(Tensor tensor, String name) {
        return read(tensor, name, precision);
    }

    /** The tensor in 32 bits, likewise. */
    CudaTensor wide(Tensor tensor, String name) {
        return read(tensor, name, Precision.FLOAT32);
    }

    private CudaTensor read(Tensor tensor, String name, Precision asked) {
        CudaTensor converted = room(tensor, name, asked);
        if (converted != tensor) {
            copy(of(tensor), converted);
        }
        return converted;
    }

    /** The tensor itself where it has the precision, else memory of that name, in its shape, for a kernel to write to. */
    CudaTensor room(Tensor tensor, String name, Precision asked) {
        return of(tensor).precision() == asked
                ? of(tensor)
                : scratch.tensor(name, tensor.rows(), tensor.columns(), asked);
    }

    /** Where a kernel wrote to other memory in place of a tensor, the tensor gets it. */
    void back(CudaTensor written, Tensor asked) {
        if (written != asked) {
            copy(written, of(asked));
        }
    }

    static CudaTensor of(Tensor tensor) {
        return (CudaTensor) tensor;
    }

    @Override
    public void close() {
        stream.synchronize();
        scratch.close();
        stream.close();
    }
}
