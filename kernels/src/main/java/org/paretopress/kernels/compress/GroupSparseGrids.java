package org.paretopress.kernels.compress;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.paretopress.kernels.levels.Layout;
import org.paretopress.kernels.levels.SparseGrid;

/**
 * Grids of which whole quantization groups are pruned (the joint form of GQSA, Zeng et al., 2024). Pruned are the groups of
 * least Σ w² · E[x²], over the whole layer; with {@link Gptq} the error of pruning is spread like that of rounding.
 *
 * @param bits widths of the codes, 2 to 8
 * @param sparsity pruned shares of the groups, above 0 and below 1; every width comes with every share
 * @param quantizationGroupSize consecutive weights of a row that are kept or pruned together
 */
public record GroupSparseGrids(List<Integer> bits, List<Double> sparsity, int quantizationGroupSize)
        implements GridFamily {

    public GroupSparseGrids {
        bits = new UniformGrids(bits, quantizationGroupSize, false, UniformGrids.Fit.range).bits();
        sparsity = sparsity.stream().distinct().sorted().toList();
        if (sparsity.isEmpty() || sparsity.get(0) <= 0 || sparsity.get(sparsity.size() - 1) >= 1) {
            throw new IllegalArgumentException(
                    "sparsity = " + sparsity + " are no shares of pruned groups.\nMaybe [0.25, 0.5].");
        }
    }

    @Override
    public String parameters() {
        return "bits=" + bits + " sparsity=" + sparsity + " quantizationGroupSize=" + quantizationGroupSize;
    }

    @Override
    public List<Layout> layouts(int rows, int columns) {
        List<Layout> layouts = new ArrayList<>();
        if (SparseGrid.fits(columns, quantizationGroupSize)) {
            int groups = rows * (columns / quantizationGroupSize);
            for (int width : bits) {
                for (double share : sparsity) {
                    int kept = groups - (int) Math.round(groups * share);
                    if (kept > 0 && kept < groups) {
                        layouts.add(new SparseGrid(width, quantizationGroupSize, kept));
                    }
                }
            }
            layouts.sort(Comparator.comparing(layout -> layout.sizeInBytes(rows, columns)));
        }
        return layouts.stream().distinct().toList();
    }

    @Override
    public LevelSheet sheet(Layout layout, WeightMatrix weights, CalibrationStatistics statistics) {
        return new GroupSparseSheet((SparseGrid) layout, weights, statistics);
    }
}
