package org.paretopress.kernels.compress;

import java.io.Serializable;
import java.util.List;
import org.paretopress.kernels.levels.Layout;
import org.paretopress.kernels.levels.PackedMatrix;

/**
 * One method of compression with its parameters: from a layer's dense weights to its levels. Implementations are
 * immutable, safe for concurrent use, run on the calling thread and return the same bytes for the same input.
 */
public interface Compressor extends Serializable {

    /** Method and parameters as short text for manifests, such as {@code "rtn bits=[2, 3] quantizationGroupSize=64"}. */
    String method();

    /**
     * The levels that a layer of this shape gets, by ascending size; none where the method does not fit the shape.
     *
     * @param rows outputs
     * @param columns inputs
     */
    List<Layout> layouts(int rows, int columns);

    /**
     * Compresses one layer at every level.
     *
     * @param weights dense weights, rows × columns
     * @param statistics of the layer's inputs; as many columns as the weights
     * @return one matrix for each of the {@link #layouts}, in their order
     * @throws IllegalArgumentException where the input cannot be compressed, naming layer, place and value
     */
    List<PackedMatrix> compress(WeightMatrix weights, CalibrationStatistics statistics);
}
