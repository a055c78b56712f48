package org.paretopress.kernels.compress;

import java.util.List;
import org.paretopress.kernels.levels.PackedMatrix;

/**
 * Rounds every weight to the nearest value of its quantization group's grid; the statistics are not used.
 *
 * @param bits widths of the codes, 2 to 8, one level each
 * @param quantizationGroupSize consecutive weights of a row that share a scale
 */
public record RoundToNearest(List<Integer> bits, int quantizationGroupSize) implements Compressor {

    public RoundToNearest {
        bits = GridLevels.ascending(bits, quantizationGroupSize);
    }

    @Override
    public String method() {
        return "rtn bits=" + bits + " quantizationGroupSize=" + quantizationGroupSize;
    }

    @Override
    public List<PackedMatrix> compress(WeightMatrix weights, CalibrationStatistics statistics) {
        statistics.requireInputsOf(weights);
        return bits.stream().map(width -> round(weights, width)).toList();
    }

    private PackedMatrix round(WeightMatrix weights, int width) {
        GridSheet sheet = new GridSheet(weights, width, quantizationGroupSize);
        double[] values = new double[weights.columns()];
        for (int row = 0; row < weights.rows(); row++) {
            for (int column = 0; column < values.length; column++) {
                values[column] = weights.at(row, column);
            }
            roundRow(sheet, row, values);
        }
        return sheet.pack();
    }

    private static void roundRow(GridSheet sheet, int row, double[] values) {
        Grid grid = null;
        for (int column = 0; column < values.length; column++) {
            if (sheet.startsAt(column)) {
                grid = sheet.fit(row, column, values);
            }
            sheet.put(row, column, grid.code(values[column]));
        }
    }
}
