package org.paretopress.kernels.forward;

import org.paretopress.kernels.ops.Weight;

/** The weights a candidate has in each layer: this is where an assignment of levels becomes numbers. */
public interface LayerWeights {

    /**
     * The weight of a layer, outputs × inputs; stays open until it is released.
     *
     * @param layer number of the layer in the order of the model
     */
    Weight acquire(int layer);

    /** Gives back what {@link #acquire} handed out. */
    void release(int layer);

    /** Whether the layer is left out: its weight is zero. */
    default boolean dropped(int layer) {
        return false;
    }
}
