package org.paretopress.kernels.compress;

import java.util.function.ObjIntConsumer;
import org.bytedeco.javacpp.DoublePointer;
import org.paretopress.kernels.levels.LevelErrors;
import org.paretopress.kernels.levels.PackedMatrix;

/**
 * Measures the errors of a layer's levels, in double. With D = W − Q, tr(D H Dᵀ) is the sum of the products of H and
 * DᵀD: one symmetric product of rows × columns² operations per level.
 */
public final class ErrorMeter {

    /** Rows per product: bounds native memory to this many rows beside one columns × columns matrix. */
    private static final int STRIP_ROWS = 256;

    private final WeightMatrix weights;
    private final CalibrationStatistics statistics;
    private final Norms dense;

    /** Prepares for a layer; measures the dense weights' own norms once. */
    public ErrorMeter(WeightMatrix weights, CalibrationStatistics statistics) {
        statistics.requireInputsOf(weights);
        this.weights = weights;
        this.statistics = statistics;
        this.dense = norms((target, row) -> {
            for (int column = 0; column < target.length; column++) {
                target[column] = weights.at(row, column);
            }
        });
    }

    /**
     * Measures one level. Safe for concurrent use.
     *
     * @throws IllegalArgumentException where the level has another shape than the layer
     */
    public LevelErrors measure(PackedMatrix level) {
        weights.requireShapeOf(level);
        float[] packed = new float[level.columns()];
        Norms difference = norms((target, row) -> {
            level.dequantize(row, packed);
            for (int column = 0; column < target.length; column++) {
                target[column] = (double) weights.at(row, column) - packed[column];
            }
        });
        return new LevelErrors(
                relative(difference.frobenius(), dense.frobenius()),
                difference.output(),
                relative(difference.output(), dense.output()));
    }

    /** Of a matrix D: ‖D‖² and tr(D H Dᵀ). */
    private record Norms(double frobenius, double output) {}

    private Norms norms(ObjIntConsumer<double[]> rowInto) {
        int n = weights.columns();
        int stripRows = Math.min(STRIP_ROWS, weights.rows());
        try (DoublePointer gram = new DoublePointer((long) n * n);
                DoublePointer strip = new DoublePointer((long) stripRows * n)) {
            gram.zero();
            double frobenius = 0;
            for (int first = 0; first < weights.rows(); first += stripRows) {
                int rows = Math.min(stripRows, weights.rows() - first);
                frobenius += fill(strip, first, rows, rowInto);
                Lapack.addGram(strip, rows, n, gram);
            }
            return new Norms(frobenius, Math.max(0, productWithHessian(gram)));
        }
    }

    /** Puts rows into the strip and returns the sum of their squares. */
    private double fill(DoublePointer strip, int first, int rows, ObjIntConsumer<double[]> rowInto) {
        double[] line = new double[weights.columns()];
        double squares = 0;
        for (int r = 0; r < rows; r++) {
            rowInto.accept(line, first + r);
            for (double value : line) {
                squares += value * value;
            }
            strip.position((long) r * line.length).put(line, 0, line.length);
        }
        strip.position(0);
        return squares;
    }

    /** Sum over all pairs of inputs of H · G, from the lower triangle of G. */
    private double productWithHessian(DoublePointer gram) {
        int n = weights.columns();
        double[] line = new double[n];
        double sum = 0;
        for (int row = 0; row < n; row++) {
            gram.position((long) row * n).get(line, 0, row + 1);
            double below = 0;
            for (int column = 0; column < row; column++) {
                below += line[column] * statistics.at(row, column);
            }
            sum += 2 * below + line[row] * statistics.at(row, row);
        }
        gram.position(0);
        return sum;
    }

    /** Quotient of an error and its dense norm; 0 where there is no error, finite where only the norm vanishes. */
    private static double relative(double error, double norm) {
        return error == 0 ? 0 : Math.min(error / norm, Double.MAX_VALUE);
    }
}
