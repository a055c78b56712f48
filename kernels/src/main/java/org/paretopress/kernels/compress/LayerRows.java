package org.paretopress.kernels.compress;

import java.util.function.ObjIntConsumer;
import org.paretopress.kernels.levels.PackedMatrix;

/**
 * A matrix that belongs to a layer, row by row in double: its weights, or what a level leaves of them.
 *
 * @param layer for errors
 * @param rows outputs
 * @param columns inputs
 * @param into writes a row into an array of so many columns; for one thread
 */
record LayerRows(String layer, int rows, int columns, ObjIntConsumer<double[]> into) {

    /** W. */
    static LayerRows of(WeightMatrix weights) {
        return new LayerRows(weights.layer(), weights.rows(), weights.columns(), (target, row) -> {
            for (int column = 0; column < target.length; column++) {
                target[column] = weights.at(row, column);
            }
        });
    }

    /**
     * W − Q.
     *
     * @throws IllegalArgumentException where the level has another shape than the layer
     */
    static LayerRows residual(WeightMatrix weights, PackedMatrix level) {
        weights.requireShapeOf(level);
        float[] packed = new float[level.columns()];
        return new LayerRows(weights.layer(), weights.rows(), weights.columns(), (target, row) -> {
            level.dequantize(row, packed);
            for (int column = 0; column < target.length; column++) {
                target[column] = (double) weights.at(row, column) - packed[column];
            }
        });
    }

    /** The rows, each times its scale, in native memory. */
    NativeMatrix times(double[] scales) {
        NativeMatrix matrix = NativeMatrix.allocate(rows, columns);
        double[] line = new double[columns];
        for (int row = 0; row < rows; row++) {
            into.accept(line, row);
            for (int column = 0; column < columns; column++) {
                line[column] *= scales[row];
            }
            matrix.put(row, line, 0, columns);
        }
        return matrix;
    }
}
