package org.paretopress.kernels.compress;

import org.paretopress.kernels.levels.SparseGrid;
import org.paretopress.kernels.levels.SparseGridMatrix;
import org.paretopress.kernels.levels.UniformGrid;

/** A {@link GridSheet} of which some groups are pruned; which, is decided by the original weights. */
final class GroupSparseSheet implements LevelSheet {

    private final SparseGrid layout;
    private final int rows;
    private final int columns;
    private final boolean[] keptGroups;
    private final GridSheet grids;

    GroupSparseSheet(SparseGrid layout, WeightMatrix weights, CalibrationStatistics statistics) {
        this.layout = layout;
        this.rows = weights.rows();
        this.columns = weights.columns();
        double[] scores = scores(weights, statistics, layout.quantizationGroupSize());
        this.keptGroups = Masks.pruneLowest(scores, scores.length - layout.kept());
        UniformGrid grid = new UniformGrid(layout.bits(), layout.quantizationGroupSize(), false);
        this.grids = new GridSheet(weights, grid, UniformGrids.Fit.range);
    }

    private static double[] scores(WeightMatrix weights, CalibrationStatistics statistics, int size) {
        double[] scores = new double[weights.values().length / size];
        for (int i = 0; i < weights.values().length; i++) {
            double weight = weights.values()[i];
            int column = i % weights.columns();
            scores[i / size] += weight * weight * statistics.at(column, column);
        }
        return scores;
    }

    @Override
    public int columnsAtOnce() {
        return grids.columnsAtOnce();
    }

    @Override
    public void show(int from, int to, double[][] weights) {
        grids.show(from, to, weights);
    }

    @Override
    public double put(int row, int column, double weight) {
        int group = (row * columns + column) / layout.quantizationGroupSize();
        return keptGroups[group] ? grids.put(row, column, weight) : 0;
    }

    @Override
    public SparseGridMatrix pack() {
        return SparseGridMatrix.pack(rows, columns, layout, keptGroups, grids.pack());
    }
}
