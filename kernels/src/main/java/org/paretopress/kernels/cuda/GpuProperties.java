package org.paretopress.kernels.cuda;

/**
 * What the driver says of a GPU.
 *
 * @param name as its maker calls it
 * @param major compute capability before the point: 9 of 9.0
 * @param minor compute capability behind the point
 * @param driverCuda the newest CUDA that the driver serves, 1000 · major + 10 · minor: 12040 is CUDA 12.4
 */
record GpuProperties(String name, int major, int minor, int driverCuda) {

    /** As NVIDIA writes it, such as {@code 9.0}. */
    String computeCapability() {
        return major + "." + minor;
    }

    /** Whether the compute capability is this one or a later one. */
    boolean isAtLeast(int thatMajor, int thatMinor) {
        return major > thatMajor || major == thatMajor && minor >= thatMinor;
    }

    /** As people write it, such as {@code 12.4}. */
    String driverCudaVersion() {
        return driverCuda / 1000 + "." + driverCuda % 1000 / 10;
    }
}
