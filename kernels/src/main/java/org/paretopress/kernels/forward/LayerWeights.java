package org.paretopress.kernels.forward;

import java.util.function.Consumer;
import org.paretopress.kernels.ops.Tensor;

/** The weights a candidate has in each layer: this is where an assignment of levels becomes numbers. */
@FunctionalInterface
public interface LayerWeights {

    /**
     * Hands the weight of a layer (outputs × inputs) to its user. The tensor is valid only during the call.
     *
     * @param layer name, such as {@code model.layers.3.mlp.up_proj}
     */
    void use(String layer, Consumer<Tensor> user);
}
