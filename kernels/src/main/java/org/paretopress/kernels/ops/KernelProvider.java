package org.paretopress.kernels.ops;

import java.util.Optional;

/** Kernels beside those on ND4J's CPU backend; a jar on the class path offers them as a service ({@link java.util.ServiceLoader}). */
public interface KernelProvider {

    /** What they are, with versions, for people and for provenance. */
    String name();

    /** Why they cannot run on a device, such as a driver that is missing; nothing where they can. */
    Optional<String> obstacle(Device device);

    /** The same for a device without obstacle. */
    default String description(Device device) {
        return name() + " on " + device;
    }

    /**
     * An engine on a device without obstacle, for one thread; but any thread may allocate with it. Its tensors serve all engines that were
     * opened on the device.
     */
    TensorOps open(Device device);
}
