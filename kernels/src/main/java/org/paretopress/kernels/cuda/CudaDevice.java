package org.paretopress.kernels.cuda;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * A GPU whose memory and code this process uses. Threads share it; each makes it current before it calls ({@link #enter}).
 *
 * <p>Copies of this class wait until they are done, and for what streams were given before.
 */
final class CudaDevice {

    /** How long the garbage collector may take to tell what nobody holds any more. */
    private static final long COLLECTION_MILLISECONDS = 2000;

    private final DriverApi driver;
    private final Pointer context;
    private final ReferenceQueue<Memory> unheld = new ReferenceQueue<>();
    private final Set<Held> held = new HashSet<>();

    /** Memory of the device; given back when it is closed, or, when more is needed, where nobody holds it. */
    static final class Memory implements AutoCloseable {
        private final Held own;

        private Memory(CudaDevice device, long address) {
            this.own = new Held(this, device, address);
        }

        long address() {
            return own.address;
        }

        @Override
        public void close() {
            own.free();
        }
    }

    private static final class Held extends PhantomReference<Memory> {
        private final CudaDevice device;
        private final long address;

        Held(Memory memory, CudaDevice device, long address) {
            super(memory, device.unheld);
            this.device = device;
            this.address = address;
            synchronized (device.held) {
                device.held.add(this);
            }
        }

        /** Once; not before all that was started is done, which may read it. */
        void free() {
            synchronized (device.held) {
                if (!device.held.remove(this)) {
                    return;
                }
            }
            device.enter();
            device.check(device.driver.cuCtxSynchronize(), "finish what it was given");
            device.check(device.driver.cuMemFree_v2(address), "free memory");
        }
    }

    CudaDevice(GpuDriver gpus, String address) {
        this.driver = gpus.api();
        PointerByReference retained = new PointerByReference();
        check(driver.cuDevicePrimaryCtxRetain(retained, gpus.device(address)), "open GPU " + address);
        this.context = retained.getValue();
    }

    DriverApi driver() {
        return driver;
    }

    /** Makes the device that of the calling thread. */
    void enter() {
        check(driver.cuCtxSetCurrent(context), "choose the GPU");
    }

    void check(int error, String what) {
        if (error != 0) {
            GpuDriver.check(driver, error, what);
        }
    }

    /** @throws CudaException where there is not enough, even after what nobody holds any more was given back */
    Memory allocate(long bytes) {
        LongByReference address = new LongByReference();
        enter();
        int error = driver.cuMemAlloc_v2(address, Math.max(1, bytes));
        while (error == DriverApi.OUT_OF_MEMORY && freeUnheld()) {
            error = driver.cuMemAlloc_v2(address, Math.max(1, bytes));
        }
        if (error == DriverApi.OUT_OF_MEMORY) {
            throw new CudaException(String.format(
                    Locale.ROOT,
                    "The GPU has no %.1f MiB left: %.1f of %.1f MiB are free.%n"
                            + "Maybe let fewer tasks share it, or leave it to this application.",
                    mebibytes(bytes),
                    mebibytes(memory()[0]),
                    mebibytes(memory()[1])));
        }
        check(error, "allocate " + bytes + " bytes");
        return new Memory(this, address.getValue());
    }

    /** Frees what nobody holds; whether there was something. */
    private boolean freeUnheld() {
        System.gc();
        try {
            Reference<? extends Memory> found = unheld.remove(COLLECTION_MILLISECONDS);
            boolean any = found != null;
            while (found != null) {
                ((Held) found).free();
                found = unheld.poll();
            }
            return any;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static double mebibytes(long bytes) {
        return bytes / 1048576.0;
    }

    /** Bytes that are free, and bytes in all. */
    long[] memory() {
        enter();
        LongByReference free = new LongByReference();
        LongByReference total = new LongByReference();
        check(driver.cuMemGetInfo_v2(free, total), "tell its free memory");
        return new long[] {free.getValue(), total.getValue()};
    }

    /** Bytes from the position of a buffer on. */
    Memory upload(ByteBuffer bytes) {
        try (com.sun.jna.Memory staged = new com.sun.jna.Memory(Math.max(1, bytes.remaining()))) {
            staged.getByteBuffer(0, staged.size()).put(bytes.duplicate());
            return upload(staged);
        }
    }

    Memory upload(int[] numbers) {
        try (com.sun.jna.Memory staged = new com.sun.jna.Memory(Math.max(1, Integer.BYTES * (long) numbers.length))) {
            staged.write(0, numbers, 0, numbers.length);
            return upload(staged);
        }
    }

    Memory upload(float[] numbers) {
        try (com.sun.jna.Memory staged = new com.sun.jna.Memory(Math.max(1, Float.BYTES * (long) numbers.length))) {
            staged.write(0, numbers, 0, numbers.length);
            return upload(staged);
        }
    }

    private Memory upload(com.sun.jna.Memory staged) {
        Memory memory = allocate(staged.size());
        write(memory.address(), staged, staged.size());
        return memory;
    }

    void write(long to, Pointer from, long bytes) {
        enter();
        check(driver.cuMemcpyHtoD_v2(to, from, bytes), "copy " + bytes + " bytes to the GPU");
    }

    void read(Pointer to, long from, long bytes) {
        enter();
        check(driver.cuMemcpyDtoH_v2(to, from, bytes), "copy " + bytes + " bytes from the GPU");
    }
}
