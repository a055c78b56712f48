package org.paretopress.kernels.cuda;

/** Asks for the properties of a GPU. */
@FunctionalInterface
interface GpuProbe {

    /**
     * Asks without loading anything but the driver.
     *
     * @param address as Spark's discovery script names it: the driver's number, such as {@code 0}
     * @throws CudaException where there is no driver or no such GPU; the message says which
     */
    GpuProperties of(String address);
}
