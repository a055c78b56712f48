package org.paretopress.kernels.compress;

import java.util.Objects;
import org.paretopress.kernels.levels.PackedMatrix;

/**
 * Dense weights of one layer; {@code y = x · Wᵀ}. The array is not copied and must not change afterwards.
 *
 * @param layer the linear weight matrix, such as {@code model.layers.3.mlp.up_proj}
 * @param rows outputs
 * @param columns inputs
 * @param values row-major, rows × columns, finite
 */
public record WeightMatrix(String layer, int rows, int columns, float[] values) {

    public WeightMatrix {
        Objects.requireNonNull(layer, "layer");
        if (rows < 1 || columns < 1 || (long) rows * columns != values.length) {
            throw new IllegalArgumentException("Layer " + layer + ": " + values.length + " weights are no matrix of "
                    + rows + " x " + columns + ".\nMaybe the tensor has another shape than its name suggests.");
        }
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw new IllegalArgumentException("Layer " + layer + ": the weight at row " + i / columns + ", column "
                        + i % columns + " is " + values[i]
                        + ".\nMaybe the model file is damaged, or was converted beyond the range of its type.");
            }
        }
    }

    /** One weight. */
    public float at(int row, int column) {
        return values[row * columns + column];
    }

    /** A copy in double, rows × columns, in which the columns of dead inputs are zero. */
    double[][] live(boolean[] dead) {
        double[][] copy = new double[rows][columns];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                copy[row][column] = dead[column] ? 0 : at(row, column);
            }
        }
        return copy;
    }

    /** Refuses a level of another shape than the layer. */
    void requireShapeOf(PackedMatrix level) {
        if (level.rows() != rows || level.columns() != columns) {
            throw new IllegalArgumentException("Layer " + layer + " is " + rows + " x " + columns + ", its level \""
                    + level.level() + "\" " + level.rows() + " x " + level.columns()
                    + ".\nMaybe levels of two layers were mixed.");
        }
    }
}
