package org.paretopress.kernels.forward;

import org.paretopress.kernels.ops.Tensor;

/** Sees what goes into each layer while a forward pass runs: the raw material of calibration statistics. */
@FunctionalInterface
public interface ActivationTap {

    /** Looks at nothing. */
    ActivationTap NONE = (layer, inputs) -> {};

    /** @param inputs tokens × inputs; valid only during the call */
    void inputs(String layer, Tensor inputs);
}
