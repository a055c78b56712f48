package org.paretopress.kernels.compress;

import java.util.List;
import org.paretopress.kernels.levels.Layout;
import org.paretopress.kernels.levels.LowRank;
import org.paretopress.kernels.levels.LowRankMatrix;
import org.paretopress.kernels.levels.PackedMatrix;

/**
 * Replaces the weights by a product of two thin matrices, see {@link LowRankFactorization}. One decomposition serves all
 * ranks; factors are rounded to binary16.
 *
 * @param measure what the product should keep
 * @param keep shares of the layer's parameters that the two matrices have together, above 0 and below 1
 */
public record Factoring(Measure measure, List<Double> keep) implements Compressor {

    /** The error that is least. */
    public enum Measure {
        /** Of the weights: truncated singular value decomposition. */
        svd,
        /** Of the weights, rows weighed by their Fisher information. */
        fwsvd,
        /** Of the layer's output on the calibration text. */
        activation
    }

    public Factoring {
        keep = keep.stream().distinct().sorted().toList();
        if (keep.isEmpty() || !(keep.get(0) > 0) || !(keep.get(keep.size() - 1) < 1)) {
            throw new IllegalArgumentException(
                    "keep = " + keep + " are no shares of a layer's parameters.\nMaybe [0.25, 0.5].");
        }
    }

    @Override
    public String method() {
        return measure + " keep=" + keep;
    }

    @Override
    public List<Layout> layouts(int rows, int columns) {
        double ofRank = (rows + (double) columns) / ((double) rows * columns);
        return keep.stream()
                .map(share -> (int) Math.min(Math.min(rows, columns), share / ofRank))
                .filter(rank -> rank >= 1)
                .distinct()
                .<Layout>map(LowRank::new)
                .toList();
    }

    @Override
    public List<PackedMatrix> compress(WeightMatrix weights, CalibrationStatistics statistics) {
        statistics.requireInputsOf(weights);
        List<Layout> layouts = layouts(weights.rows(), weights.columns());
        if (layouts.isEmpty()) {
            return List.of();
        }
        LowRankFactors factors = factors(weights, statistics);
        return layouts.stream()
                .map(layout -> pack(weights, factors.truncate(((LowRank) layout).rank())))
                .toList();
    }

    private LowRankFactors factors(WeightMatrix weights, CalibrationStatistics statistics) {
        return switch (measure) {
            case svd -> LowRankFactorization.plain(weights);
            case fwsvd -> LowRankFactorization.rowWeighted(weights, statistics.outputFisher());
            case activation -> LowRankFactorization.outputAware(weights, statistics);
        };
    }

    static PackedMatrix pack(WeightMatrix weights, LowRankFactors factors) {
        return LowRankMatrix.pack(
                weights.layer(), weights.rows(), weights.columns(), factors.rank(), factors.b(), factors.a());
    }
}
