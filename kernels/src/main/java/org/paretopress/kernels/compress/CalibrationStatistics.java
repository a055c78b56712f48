package org.paretopress.kernels.compress;

import java.util.Objects;

/**
 * What compressors know of a layer's part in the calibration text. Arrays are not copied and must not change afterwards.
 * {@link StatisticsFile} is the form of the second moments on disk.
 *
 * @param columns inputs of the layer, n
 * @param tokens calibration tokens that were averaged
 * @param hessian mean over tokens of x xᵀ; row-major, n × n, exactly symmetric; half the Hessian of the layer's
 *     squared output error (Frantar et al., ICLR 2023, section 3)
 * @param outputFisher Fisher information of the weight's rows, each summed over the inputs: one for each output; empty
 *     where it was not measured
 */
public record CalibrationStatistics(int columns, long tokens, double[] hessian, double[] outputFisher) {

    /** One array holds the Hessian. */
    static final int MAX_COLUMNS = 46_340;

    public CalibrationStatistics {
        Objects.requireNonNull(hessian, "hessian");
        if (columns < 1 || columns > MAX_COLUMNS || (long) columns * columns != hessian.length) {
            throw new IllegalArgumentException("Calibration statistics of " + columns + " columns cannot have "
                    + hessian.length + " second moments.\nMaybe they belong to another layer's input.");
        }
        if (tokens < 1) {
            throw new IllegalArgumentException("Calibration statistics were averaged over " + tokens
                    + " tokens.\nMaybe the calibration text is empty.");
        }
        Objects.requireNonNull(outputFisher, "outputFisher");
        requireMoments(columns, hessian);
    }

    /** Second moments alone. */
    public CalibrationStatistics(int columns, long tokens, double[] hessian) {
        this(columns, tokens, hessian, new double[0]);
    }

    /** The same with the Fisher information of a layer's outputs. */
    public CalibrationStatistics withOutputFisher(double[] fisher) {
        return new CalibrationStatistics(columns, tokens, hessian, fisher);
    }

    /**
     * Statistics from one computed triangle.
     *
     * @param triangle the second moments of inputs row ≤ column, row by row
     */
    public static CalibrationStatistics ofUpperTriangle(int columns, long tokens, double[] triangle) {
        double[] hessian = new double[Math.multiplyExact(columns, columns)];
        int next = 0;
        for (int row = 0; row < columns; row++) {
            for (int column = row; column < columns; column++) {
                hessian[row * columns + column] = triangle[next];
                hessian[column * columns + row] = triangle[next++];
            }
        }
        return new CalibrationStatistics(columns, tokens, hessian);
    }

    /** The second moment of two inputs. */
    public double at(int row, int column) {
        return hessian[row * columns + column];
    }

    private static void requireMoments(int columns, double[] hessian) {
        for (int row = 0; row < columns; row++) {
            for (int column = row; column < columns; column++) {
                double moment = hessian[row * columns + column];
                double mirrored = hessian[column * columns + row];
                if (!(Math.abs(moment) <= Double.MAX_VALUE) || moment != mirrored || (row == column && moment < 0)) {
                    throw new IllegalArgumentException("Calibration statistics: the second moment of inputs " + row
                            + " and " + column + " is " + moment + ", and of " + column + " and " + row + " is "
                            + mirrored + ".\nMaybe activations overflowed, or one triangle was not mirrored.");
                }
            }
        }
    }

    /** Refuses statistics of another width than the layer's inputs. */
    void requireInputsOf(WeightMatrix weights) {
        if (columns != weights.columns()) {
            throw new IllegalArgumentException("Layer " + weights.layer() + " has " + weights.columns()
                    + " inputs, its calibration statistics " + columns
                    + ".\nMaybe the statistics of another layer were handed over.");
        }
    }
}
