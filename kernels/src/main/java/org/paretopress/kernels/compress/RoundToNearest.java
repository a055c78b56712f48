package org.paretopress.kernels.compress;

import java.util.List;
import org.paretopress.kernels.levels.Layout;
import org.paretopress.kernels.levels.PackedMatrix;

/**
 * Rounds every weight to the nearest value of its grid.
 *
 * @param grids what weights are rounded to
 */
public record RoundToNearest(GridFamily grids) implements Compressor {

    @Override
    public String method() {
        return "rtn " + grids.parameters();
    }

    @Override
    public List<Layout> layouts(int rows, int columns) {
        return grids.layouts(rows, columns);
    }

    @Override
    public List<PackedMatrix> compress(WeightMatrix weights, CalibrationStatistics statistics) {
        statistics.requireInputsOf(weights);
        double[][] values = weights.live(new boolean[weights.columns()]);
        return layouts(weights.rows(), weights.columns()).stream()
                .map(layout -> round(values, grids.sheet(layout, weights, statistics)))
                .toList();
    }

    private static PackedMatrix round(double[][] values, LevelSheet sheet) {
        sheet.show(0, values[0].length, values);
        for (int row = 0; row < values.length; row++) {
            for (int column = 0; column < values[row].length; column++) {
                sheet.put(row, column, values[row][column]);
            }
        }
        return sheet.pack();
    }
}
