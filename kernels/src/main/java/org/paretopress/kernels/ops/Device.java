package org.paretopress.kernels.ops;

/**
 * Where the kernels of a task run.
 *
 * @param gpu address of a GPU, as whoever shares GPUs out names it, such as {@code 0}; empty for the CPU
 * @param precision what products are to be computed in there; on the CPU always 32 bits
 */
public record Device(String gpu, Precision precision) {

    public static final Device CPU = new Device("", Precision.FLOAT32);

    public boolean isGpu() {
        return !gpu.isEmpty();
    }

    @Override
    public String toString() {
        return isGpu() ? "GPU " + gpu + " in " + precision : "the CPU";
    }
}
