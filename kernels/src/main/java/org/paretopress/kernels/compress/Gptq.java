package org.paretopress.kernels.compress;

import java.util.List;
import org.paretopress.kernels.levels.Layout;
import org.paretopress.kernels.levels.PackedMatrix;

/**
 * GPTQ (Frantar et al., ICLR 2023): weights are rounded input by input, and the error of each is spread over the inputs
 * still to come so that the layer's output changes least, see {@link ErrorFeedback}. Inputs that are always zero in
 * calibration get weight 0.
 *
 * <p>Cost for rows r, columns n: about (2/3) n³ operations of LAPACK once, then r n² per level. Memory beside the input: n²
 * doubles for the factor, as much again in native memory while it is computed, and r n doubles.
 *
 * @param grids what weights are rounded to
 * @param damping added to the Hessian's diagonal, as a share of its mean; 0.01 is usual. It is never raised silently.
 * @param activationOrder whether inputs are treated by falling second moment. Grids are then all laid over the original
 *     weights before the first is rounded, so that a group's weights stay side by side; otherwise each when its first
 *     column is reached.
 */
public record Gptq(GridFamily grids, double damping, boolean activationOrder) implements Compressor {

    public Gptq {
        requireDamping(damping);
    }

    static void requireDamping(double damping) {
        if (!(damping >= 0 && damping <= Double.MAX_VALUE)) {
            throw new IllegalArgumentException(
                    "damping = " + damping + " is not a finite number from 0.\nMaybe 0.01, which is usual.");
        }
    }

    @Override
    public String method() {
        return "gptq " + grids.parameters() + " damping=" + damping + " activationOrder=" + activationOrder;
    }

    @Override
    public List<Layout> layouts(int rows, int columns) {
        return grids.layouts(rows, columns);
    }

    @Override
    public List<PackedMatrix> compress(WeightMatrix weights, CalibrationStatistics statistics) {
        statistics.requireInputsOf(weights);
        int[] order = activationOrder
                ? InverseFactor.activationOrder(statistics)
                : InverseFactor.naturalOrder(weights.columns());
        InverseFactor factor = InverseFactor.of(weights.layer(), statistics, damping, order);
        return layouts(weights.rows(), weights.columns()).stream()
                .map(layout -> quantize(weights, factor, grids.sheet(layout, weights, statistics)))
                .toList();
    }

    private PackedMatrix quantize(WeightMatrix weights, InverseFactor factor, LevelSheet sheet) {
        if (activationOrder) {
            sheet.show(0, weights.columns(), weights.live(factor.dead()));
        }
        new ErrorFeedback(weights, factor, sheet).run(activationOrder);
        return sheet.pack();
    }
}
