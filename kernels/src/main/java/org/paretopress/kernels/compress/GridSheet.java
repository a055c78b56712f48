package org.paretopress.kernels.compress;

import org.paretopress.kernels.ggml.Half;
import org.paretopress.kernels.levels.QuantizedMatrix;
import org.paretopress.kernels.levels.UniformGrid;

/** Codes on uniform grids; the grid of a quantization group is laid over its weights when they are shown. */
final class GridSheet implements LevelSheet {

    private final String layer;
    private final int rows;
    private final int columns;
    private final UniformGrid layout;
    private final UniformGrids.Fit fit;
    private final int maxCode;
    private final byte[] codes;
    private final Grid[] grids;

    GridSheet(WeightMatrix weights, UniformGrid layout, UniformGrids.Fit fit) {
        this.layer = weights.layer();
        this.rows = weights.rows();
        this.columns = weights.columns();
        this.layout = layout;
        this.fit = fit;
        this.maxCode = (1 << layout.bits()) - 1;
        this.codes = new byte[rows * columns];
        this.grids = new Grid[rows * layout.groupsPerRow(columns)];
    }

    @Override
    public int columnsAtOnce() {
        return layout.quantizationGroupSize();
    }

    @Override
    public void show(int from, int to, double[][] weights) {
        for (int row = 0; row < rows; row++) {
            for (int column = from; column < to; column += layout.quantizationGroupSize()) {
                int end = Math.min(column + layout.quantizationGroupSize(), to);
                grids[group(row, column)] = fitted(row, column, end, weights[row]);
            }
        }
    }

    @Override
    public double put(int row, int column, double weight) {
        Grid grid = grids[group(row, column)];
        int code = grid.code(weight);
        codes[row * columns + column] = (byte) code;
        return grid.value(code);
    }

    @Override
    public QuantizedMatrix pack() {
        short[] scales = new short[grids.length];
        byte[] zeroPoints = new byte[grids.length];
        for (int group = 0; group < grids.length; group++) {
            scales[group] = Half.ofDouble(grids[group].scale());
            zeroPoints[group] = (byte) grids[group].zeroPoint();
        }
        return QuantizedMatrix.pack(layout, rows, columns, codes, scales, zeroPoints);
    }

    private int group(int row, int column) {
        return row * layout.groupsPerRow(columns) + column / layout.quantizationGroupSize();
    }

    private Grid fitted(int row, int from, int to, double[] weights) {
        double lo = 0;
        double hi = 0;
        for (int i = from; i < to; i++) {
            lo = Math.min(lo, weights[i]);
            hi = Math.max(hi, weights[i]);
        }
        try {
            if (fit == UniformGrids.Fit.leastSquares) {
                return Grid.leastSquares(weights, from, to, maxCode, layout.symmetric());
            }
            return layout.symmetric() ? Grid.symmetric(lo, hi, maxCode) : Grid.covering(lo, hi, maxCode);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(
                    "Layer " + layer + ": the quantization group at row " + row + ", column " + from
                            + " spans weights from " + lo + " to " + hi + " at " + layout.bits() + " bits; "
                            + e.getMessage() + ".\nMaybe the weights are not those of a trained model, or GPTQ needs"
                            + " more damping.",
                    e);
        }
    }
}
