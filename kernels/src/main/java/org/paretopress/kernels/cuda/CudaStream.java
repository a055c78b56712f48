package org.paretopress.kernels.cuda;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;

/** Work that a GPU does in order. Copies are started, like kernels; their memory must stay until the work is done. */
final class CudaStream implements AutoCloseable {

    /** Parameters of a kernel at most. */
    private static final int PARAMETERS = 16;

    private final CudaDevice device;
    private final DriverApi driver;
    private final Pointer stream;
    private final Memory values = new Memory(8L * PARAMETERS);
    private final Memory addresses = new Memory(8L * PARAMETERS);

    /** Blocks of a launch, and threads of a block. */
    record Grid(int x, int y, int z, int threads, int sharedBytes) {

        static Grid of(int x, int threads) {
            return new Grid(x, 1, 1, threads, 0);
        }
    }

    CudaStream(CudaDevice device) {
        this.device = device;
        this.driver = device.driver();
        device.enter();
        PointerByReference created = new PointerByReference();
        device.check(driver.cuStreamCreate(created, 0), "open a stream");
        this.stream = created.getValue();
        for (int i = 0; i < PARAMETERS; i++) {
            addresses.setPointer(8L * i, values.share(8L * i));
        }
    }

    Pointer handle() {
        return stream;
    }

    /**
     * Starts a kernel; the device must be current. Threads may do so at once: parameters are copied on the way.
     *
     * @param parameters as the kernel declares them: {@link Long} for pointers, {@link Integer}, {@link Float}
     */
    synchronized void launch(CompiledKernels.Kernel kernel, Grid grid, Object... parameters) {
        for (int i = 0; i < parameters.length; i++) {
            set(8L * i, parameters[i]);
        }
        int error = driver.cuLaunchKernel(
                kernel.handle(),
                grid.x,
                grid.y,
                grid.z,
                grid.threads,
                1,
                1,
                grid.sharedBytes,
                stream,
                addresses,
                Pointer.NULL);
        if (error != 0) {
            device.check(error, "start kernel " + kernel.name() + " on " + grid);
        }
    }

    private void set(long offset, Object parameter) {
        if (parameter instanceof Long address) {
            values.setLong(offset, address);
        } else if (parameter instanceof Integer number) {
            values.setInt(offset, number);
        } else {
            values.setFloat(offset, (Float) parameter);
        }
    }

    void copy(long to, long from, long bytes) {
        int error = driver.cuMemcpyDtoDAsync_v2(to, from, bytes, stream);
        if (error != 0) {
            device.check(error, "copy " + bytes + " bytes within the GPU");
        }
    }

    void write(long to, Pointer from, long bytes) {
        device.check(driver.cuMemcpyHtoDAsync_v2(to, from, bytes, stream), "copy " + bytes + " bytes to the GPU");
    }

    void read(Pointer to, long from, long bytes) {
        device.check(driver.cuMemcpyDtoHAsync_v2(to, from, bytes, stream), "copy " + bytes + " bytes from the GPU");
    }

    /** Waits until all is done; errors of kernels show here. */
    void synchronize() {
        device.check(driver.cuStreamSynchronize(stream), "finish what it was given");
    }

    @Override
    public void close() {
        device.enter();
        driver.cuStreamDestroy_v2(stream);
    }
}
