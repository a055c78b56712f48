package org.paretopress.kernels.forward;

import org.paretopress.kernels.ops.PackedRows;
import org.paretopress.kernels.ops.Tensor;

/** The weights a candidate has in each layer: this is where an assignment of levels becomes numbers. */
public interface LayerWeights {

    /**
     * The weight of a layer, outputs × inputs; stays open until it is released.
     *
     * @param layer number of the layer in the order of the model
     */
    Tensor acquire(int layer);

    /** Gives back what {@link #acquire} handed out. */
    void release(int layer);

    /** Whether the layer is left out: its weight is zero. */
    default boolean dropped(int layer) {
        return false;
    }

    /**
     * The weight of a layer in packed form, where it is not worth keeping it dequantized; null where {@link #acquire} is
     * to be used.
     */
    default PackedRows packed(int layer) {
        return null;
    }
}
