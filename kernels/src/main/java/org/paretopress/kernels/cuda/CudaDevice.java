package org.paretopress.kernels.cuda;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A GPU whose memory and code this process uses. Threads share it; each makes it current before it calls ({@link #enter}).
 *
 * <p>Copies of this class wait until they are done, and for what other streams were given before.
 */
final class CudaDevice {

    /** How long is waited for what a garbage collection found. */
    private static final long GRACE_MILLIS = 1000;

    private final DriverApi driver;
    private final Pointer context;
    private final Set<Release> allocated = ConcurrentHashMap.newKeySet();
    private final ReferenceQueue<Memory> unheld = new ReferenceQueue<>();

    /** Memory of the device; given back when it is closed, or, where nobody holds it any more, before other memory is taken. */
    static final class Memory implements AutoCloseable {
        private final long address;
        private final Release release;

        private Memory(CudaDevice device, long address) {
            this.address = address;
            this.release = device.new Release(this);
        }

        long address() {
            return address;
        }

        @Override
        public void close() {
            release.run();
        }
    }

    private final class Release extends PhantomReference<Memory> {
        private final long address;

        Release(Memory memory) {
            super(memory, unheld);
            this.address = memory.address;
            allocated.add(this);
        }

        void run() {
            if (allocated.remove(this)) {
                enter();
                driver.cuCtxSynchronize(); // what was started may read it
                driver.cuMemFree_v2(address);
            }
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
        GpuDriver.check(driver, error, what);
    }

    /** @throws CudaException where there is not enough, even after what nobody holds any more was given back */
    Memory allocate(long bytes) {
        enter();
        giveBack(unheld.poll());
        LongByReference address = new LongByReference();
        int error = driver.cuMemAlloc_v2(address, Math.max(1, bytes));
        for (boolean more = true; error == DriverApi.OUT_OF_MEMORY && more; ) {
            more = collectUnheld();
            error = driver.cuMemAlloc_v2(
                    address, Math.max(1, bytes)); // another thread may have found what this one did not
        }
        if (error == DriverApi.OUT_OF_MEMORY) {
            String message = String.format(
                    Locale.ROOT,
                    "The GPU has no %.1f MiB left: %.1f of %.1f MiB are free.%n"
                            + "Maybe let fewer tasks share it, or leave it to this application.",
                    mebibytes(bytes),
                    mebibytes(memory()[0]),
                    mebibytes(memory()[1]));
            throw new CudaException(message, true);
        }
        check(error, "allocate " + bytes + " bytes");
        return new Memory(this, address.getValue());
    }

    /** Lets the JVM look for memory that nobody holds; returns whether it found some. */
    private boolean collectUnheld() {
        System.gc();
        try {
            return giveBack(unheld.remove(GRACE_MILLIS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Gives back some memory that nobody holds, and what else is known; returns whether it was any. */
    private boolean giveBack(Reference<? extends Memory> first) {
        for (Reference<? extends Memory> next = first; next != null; next = unheld.poll()) {
            ((Release) next).run();
        }
        return first != null;
    }

    private static double mebibytes(long bytes) {
        return bytes / 1048576.0;
    }

    /** Bytes that are free once what nobody holds any more was given back. */
    long freeMemory() {
        while (collectUnheld()) {
            // what held it may have held more
        }
        return memory()[0];
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
        if (bytes.isDirect()) {
            Memory memory = allocate(bytes.remaining());
            write(memory.address(), Native.getDirectBufferPointer(bytes).share(bytes.position()), bytes.remaining());
            return memory;
        }
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
