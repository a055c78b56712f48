package org.paretopress.kernels.compress;

import org.paretopress.kernels.levels.QuantizedMatrix;
import org.paretopress.kernels.levels.QuantizedShape;
import org.paretopress.kernels.model.Half;

/** Codes and grids of one layer at one level while they are being filled in, group after group of each row. */
final class GridSheet {

    private final String layer;
    private final QuantizedShape shape;
    private final int maxCode;
    private final byte[] codes;
    private final short[] scales;
    private final byte[] zeroPoints;

    GridSheet(WeightMatrix weights, int bits, int quantizationGroupSize) {
        layer = weights.layer();
        shape = new QuantizedShape(weights.rows(), weights.columns(), bits, quantizationGroupSize);
        maxCode = (1 << bits) - 1;
        codes = new byte[shape.weights()];
        scales = new short[shape.quantizationGroups()];
        zeroPoints = new byte[shape.quantizationGroups()];
    }

    /** Whether a quantization group starts at a column. */
    boolean startsAt(int column) {
        return column % shape.quantizationGroupSize() == 0;
    }

    /**
     * Fits and stores the grid of the quantization group that starts at a column.
     *
     * @param weights the row's current weights, indexed by column
     */
    Grid fit(int row, int column, double[] weights) {
        int end = Math.min(column + shape.quantizationGroupSize(), shape.columns());
        double lo = 0;
        double hi = 0;
        for (int i = column; i < end; i++) {
            lo = Math.min(lo, weights[i]);
            hi = Math.max(hi, weights[i]);
        }
        Grid grid = covering(row, column, lo, hi);
        int quantizationGroup = quantizationGroupOf(row, column);
        scales[quantizationGroup] = Half.ofDouble(grid.scale());
        zeroPoints[quantizationGroup] = (byte) grid.zeroPoint();
        return grid;
    }

    /** The stored grid of the quantization group that a column belongs to. */
    Grid at(int row, int column) {
        int quantizationGroup = quantizationGroupOf(row, column);
        return new Grid(Half.toFloat(scales[quantizationGroup]), zeroPoints[quantizationGroup] & 0xFF, maxCode);
    }

    /** Stores a code. */
    void put(int row, int column, int code) {
        codes[row * shape.columns() + column] = (byte) code;
    }

    /** The finished level. */
    QuantizedMatrix pack() {
        return QuantizedMatrix.pack(shape, codes, scales, zeroPoints);
    }

    private int quantizationGroupOf(int row, int column) {
        return row * shape.quantizationGroupsPerRow() + column / shape.quantizationGroupSize();
    }

    private Grid covering(int row, int column, double lo, double hi) {
        try {
            return Grid.covering(lo, hi, maxCode);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(
                    "Layer " + layer + ": the quantization group at row " + row + ", column " + column
                            + " spans weights from " + lo + " to " + hi + " at " + shape.bits() + " bits; "
                            + e.getMessage() + ".\nMaybe the weights are not those of a trained model, or GPTQ needs"
                            + " more damping.",
                    e);
        }
    }
}
