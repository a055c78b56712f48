package org.paretopress.kernels.compress;

import java.util.List;
import java.util.TreeSet;
import org.paretopress.kernels.levels.Layout;
import org.paretopress.kernels.levels.UniformGrid;

/**
 * Uniform grids with a scale, and on asymmetric ones a zero point, for each quantization group.
 *
 * @param bits widths of the codes, 2 to 8, one level each
 * @param quantizationGroupSize consecutive weights of a row that share a scale
 * @param symmetric whether zero is the middle of every grid, which saves the zero points
 * @param fit how a grid is laid over the weights of its group
 */
public record UniformGrids(List<Integer> bits, int quantizationGroupSize, boolean symmetric, Fit fit)
        implements GridFamily {

    /** How a grid is laid over the weights of its group. */
    public enum Fit {
        /** From the smallest weight to the largest, as GPTQ was published. */
        range,
        /** The least squared error of rounding among shrunken ranges. */
        leastSquares
    }

    /** @throws IllegalArgumentException where bits are empty, repeated or not 2 to 8, or the size is not positive */
    public UniformGrids {
        TreeSet<Integer> sorted = new TreeSet<>(bits);
        if (sorted.isEmpty() || sorted.size() != bits.size() || sorted.first() < 2 || sorted.last() > 8) {
            throw new IllegalArgumentException(
                    "bits = " + bits + " are no levels.\nMaybe choose distinct numbers from 2 to 8.");
        }
        if (quantizationGroupSize < 1) {
            throw new IllegalArgumentException(
                    "quantizationGroupSize = " + quantizationGroupSize + " is impossible.\nMaybe 64 or 128.");
        }
        bits = List.copyOf(sorted);
    }

    @Override
    public String parameters() {
        return "bits=" + bits + " quantizationGroupSize=" + quantizationGroupSize + " symmetric=" + symmetric + " fit="
                + fit;
    }

    @Override
    public List<Layout> layouts(int rows, int columns) {
        return bits.stream()
                .<Layout>map(width -> new UniformGrid(width, quantizationGroupSize, symmetric))
                .toList();
    }

    @Override
    public LevelSheet sheet(Layout layout, WeightMatrix weights, CalibrationStatistics statistics) {
        return new GridSheet(weights, (UniformGrid) layout, fit);
    }
}
