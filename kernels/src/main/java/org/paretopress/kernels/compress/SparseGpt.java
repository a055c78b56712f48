package org.paretopress.kernels.compress;

import java.util.List;
import org.paretopress.kernels.levels.Layout;
import org.paretopress.kernels.levels.PackedMatrix;

/**
 * SparseGPT (Frantar and Alistarh, ICML 2023): weights are pruned column by column, and the others are changed so that the
 * layer's output changes least, see {@link ErrorFeedback}. Which weights go is decided for blocks of {@value
 * SparseSheet#BLOCK_COLUMNS} columns, over all rows, when they are reached, and for 2:4 for every four; the score of a weight is w² /
 * [U]cc², the error that its removal costs. Kept weights are rounded to binary16 on the way, so that this error is spread too.
 *
 * @param levels how much is pruned
 * @param damping added to the Hessian's diagonal, as a share of its mean
 */
public record SparseGpt(SparsityLevels levels, double damping) implements Compressor {

    public SparseGpt {
        Gptq.requireDamping(damping);
    }

    @Override
    public String method() {
        return "sparsegpt " + levels.parameters() + " damping=" + damping;
    }

    @Override
    public List<Layout> layouts(int rows, int columns) {
        return levels.layouts(rows, columns);
    }

    @Override
    public List<PackedMatrix> compress(WeightMatrix weights, CalibrationStatistics statistics) {
        statistics.requireInputsOf(weights);
        int[] order = InverseFactor.naturalOrder(weights.columns());
        InverseFactor factor = InverseFactor.of(weights.layer(), statistics, damping, order);
        return layouts(weights.rows(), weights.columns()).stream()
                .map(layout -> {
                    SparseSheet sheet = new SparseSheet(weights, layout, factor);
                    new ErrorFeedback(weights, factor, sheet).run(false);
                    return sheet.pack();
                })
                .toList();
    }
}
