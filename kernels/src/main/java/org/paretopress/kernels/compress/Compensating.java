package org.paretopress.kernels.compress;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.paretopress.kernels.levels.Layout;
import org.paretopress.kernels.levels.LowRank;
import org.paretopress.kernels.levels.LowRankMatrix;
import org.paretopress.kernels.levels.PackedMatrix;
import org.paretopress.kernels.levels.Residual;
import org.paretopress.kernels.levels.ResidualMatrix;

/**
 * Adds to the levels of another method the same levels with a low-rank product that mends most of their output error: EoRA
 * (Liu et al., arXiv:2410.21271), see {@link LowRankFactorization#compensation}.
 *
 * @param compressor that makes the levels
 * @param ranks of the products; every level comes without one, and with each that fits the layer
 */
public record Compensating(Compressor compressor, List<Integer> ranks) implements Compressor {

    public Compensating {
        ranks = ranks.stream().distinct().sorted().toList();
        if (ranks.isEmpty() || ranks.get(0) < 1) {
            throw new IllegalArgumentException("ranks = " + ranks + " are no ranks.\nMaybe [16].");
        }
    }

    @Override
    public String method() {
        return compressor.method() + ", eora ranks=" + ranks;
    }

    @Override
    public List<Layout> layouts(int rows, int columns) {
        List<Layout> layouts = new ArrayList<>();
        for (Layout level : compressor.layouts(rows, columns)) {
            layouts.add(level);
            fitting(rows, columns).forEach(rank -> layouts.add(new Residual(level, new LowRank(rank))));
        }
        layouts.sort(Comparator.comparing(layout -> layout.sizeInBytes(rows, columns)));
        return List.copyOf(layouts);
    }

    private List<Integer> fitting(int rows, int columns) {
        return ranks.stream().filter(rank -> rank <= Math.min(rows, columns)).toList();
    }

    @Override
    public List<PackedMatrix> compress(WeightMatrix weights, CalibrationStatistics statistics) {
        List<PackedMatrix> levels = new ArrayList<>();
        for (PackedMatrix level : compressor.compress(weights, statistics)) {
            levels.add(level);
            List<Integer> fitting = fitting(weights.rows(), weights.columns());
            if (!fitting.isEmpty()) {
                LowRankFactors factors = LowRankFactorization.compensation(weights, level, statistics);
                fitting.forEach(rank -> levels.add(
                        ResidualMatrix.of(level, (LowRankMatrix) Factoring.pack(weights, factors.truncate(rank)))));
            }
        }
        levels.sort(Comparator.comparing(PackedMatrix::sizeInBytes));
        return levels;
    }
}
