package org.paretopress.kernels.compress;

import java.util.Random;

/** Random layers and correlated inputs, as in a transformer: few strong directions and some noise. */
final class LayerSamples {

    static final String LAYER = "model.layers.3.mlp.up_proj";

    private LayerSamples() {}

    static WeightMatrix weights(int rows, int columns, long seed) {
        Random random = new Random(seed);
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (0.02 * random.nextGaussian());
        }
        return new WeightMatrix(LAYER, rows, columns, values);
    }

    /** Tokens × columns. */
    static double[][] inputs(int tokens, int columns, long seed) {
        Random random = new Random(seed);
        int directions = Math.max(1, columns / 4);
        double[][] mix = gaussians(random, directions, columns);
        double[][] inputs = gaussians(random, tokens, columns);
        for (double[] input : inputs) {
            for (double[] direction : mix) {
                double strength = 0.7 * random.nextGaussian();
                for (int column = 0; column < columns; column++) {
                    input[column] += strength * direction[column];
                }
            }
        }
        return inputs;
    }

    static CalibrationStatistics statistics(double[][] inputs) {
        int columns = inputs[0].length;
        double[] triangle = new double[columns * (columns + 1) / 2];
        for (double[] input : inputs) {
            for (int row = 0, next = 0; row < columns; row++) {
                for (int column = row; column < columns; column++) {
                    triangle[next++] += input[row] * input[column] / inputs.length;
                }
            }
        }
        return CalibrationStatistics.ofUpperTriangle(columns, inputs.length, triangle);
    }

    static CalibrationStatistics statistics(int columns, long seed) {
        return statistics(inputs(2 * columns + 8, columns, seed));
    }

    private static double[][] gaussians(Random random, int rows, int columns) {
        double[][] values = new double[rows][columns];
        for (double[] row : values) {
            for (int column = 0; column < columns; column++) {
                row[column] = random.nextGaussian();
            }
        }
        return values;
    }
}
