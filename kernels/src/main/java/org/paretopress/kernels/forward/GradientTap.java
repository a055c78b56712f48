package org.paretopress.kernels.forward;

import org.paretopress.kernels.ops.Tensor;

/**
 * Sees the two sides of every linear layer while a {@link BackwardPass} runs. With G and X as below, the gradient of the weight
 * is ∂L/∂W = Gᵀ·X, outputs × inputs.
 */
@FunctionalInterface
public interface GradientTap {

    /**
     * Called once a layer and sequence, from the last sub-block to the first.
     *
     * @param inputs X, tokens × inputs; valid only during the call, likewise {@code gradient}
     * @param gradient G = ∂L/∂(X·Wᵀ), tokens × outputs
     */
    void gradient(String layer, Tensor inputs, Tensor gradient);
}
