package org.paretopress.kernels.ops;

/**
 * Where the kernels of a task run.
 *
 * @param gpu address of a GPU, as whoever shares GPUs out names it, such as {@code 0}; empty for the CPU
 */
public record Device(String gpu) {

    public static final Device CPU = new Device("");

    public boolean isGpu() {
        return !gpu.isEmpty();
    }

    @Override
    public String toString() {
        return isGpu() ? "GPU " + gpu : "the CPU";
    }
}
