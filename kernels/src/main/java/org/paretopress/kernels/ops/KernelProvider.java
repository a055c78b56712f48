package org.paretopress.kernels.ops;

import java.util.Optional;

/** Kernels beside those on ND4J's CPU backend; a jar on the class path offers them as a service ({@link java.util.ServiceLoader}). */
public interface KernelProvider {

    /** What they are, for people. */
    String name();

    /**
     * Why they cannot run on a device, such as a driver that is missing; nothing where they can.
     *
     * @return a clause without a full stop, for behind {@link #name} and a colon; then, if something may help, a line that starts with
     *     "Maybe", without a full stop, too
     */
    Optional<String> obstacle(Device device);

    /** What they are on a device without obstacle, with versions, for people and for provenance. */
    default String description(Device device) {
        return name() + " on " + device;
    }

    /** What losses depend on, on a device without obstacle: the same on all devices that compute the same bits. */
    default String kind(Device device) {
        return name() + " in " + device.precision();
    }

    /**
     * An engine on a device without obstacle, for one thread; but any thread may allocate with it. Its tensors serve all engines that were
     * opened on the device.
     */
    TensorOps open(Device device);
}
