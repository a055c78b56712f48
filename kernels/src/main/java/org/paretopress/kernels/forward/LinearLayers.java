package org.paretopress.kernels.forward;

import java.util.List;
import org.paretopress.kernels.ops.Tensor;
import org.paretopress.kernels.ops.TensorOps;
import org.paretopress.kernels.ops.Weight;

/**
 * The linear layers of a model with the weights of one candidate, in both directions.
 *
 * @param names of the layers in the order of the model
 * @param tap sees every layer on the way back
 */
record LinearLayers(List<String> names, TensorOps ops, LayerWeights weights, GradientTap tap) {

    /** {@code y = x·Wᵀ}. x: T × inputs, y: T × outputs. */
    void forward(int layer, Tensor x, Tensor y) {
        Weight weight = weights.acquire(layer);
        try {
            ops.linear(x, weight, y, false);
        } finally {
            weights.release(layer);
        }
    }

    /**
     * Shows the layer to the tap, then {@code dx = dy·W}, or {@code dx += dy·W}.
     *
     * @param x what went into the layer, T × inputs; may be the same tensor as {@code dx}
     * @param dy gradient at the outputs, T × outputs
     * @param dx receives the gradient at the inputs, T × inputs
     */
    void backward(int layer, Tensor x, Tensor dy, Tensor dx, boolean accumulate) {
        tap.gradient(names.get(layer), x, dy);
        Weight weight = weights.acquire(layer);
        try {
            ops.linearBackward(dy, weight, dx, accumulate);
        } finally {
            weights.release(layer);
        }
    }
}
