package org.paretopress.kernels.compress;

import java.util.List;
import org.paretopress.kernels.levels.Dropped;
import org.paretopress.kernels.levels.DroppedMatrix;
import org.paretopress.kernels.levels.Layout;
import org.paretopress.kernels.levels.PackedMatrix;

/** The one level of a layer whose sub-block is left out. */
public record Dropping() implements Compressor {

    @Override
    public String method() {
        return "drop";
    }

    @Override
    public List<Layout> layouts(int rows, int columns) {
        return List.of(new Dropped());
    }

    @Override
    public List<PackedMatrix> compress(WeightMatrix weights, CalibrationStatistics statistics) {
        statistics.requireInputsOf(weights);
        return List.of(DroppedMatrix.of(weights.rows(), weights.columns()));
    }
}
