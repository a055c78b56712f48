package org.paretopress.kernels.forward;

import java.util.Arrays;
import java.util.List;
import org.paretopress.kernels.ops.Tensor;
import org.paretopress.kernels.ops.TensorOps;

/**
 * The way back through causal attention of one head of one sequence, Y = P·V with P = softmax(Q·Kᵀ / √d) over the positions up to
 * one's own. With dP = dY·Vᵀ:
 *
 * <pre>dS = P ∘ (dP − rowsum(P ∘ dP)) / √d,  dQ = dS·K,  dK = dSᵀ·Q,  dV = Pᵀ·dY</pre>
 *
 * <p>Rows are copied out of matrices of all heads, {@code float[T][heads · d]}, from a column on. T × T scores of one head are
 * alive at once.
 */
final class HeadGradient implements AutoCloseable {

    private final TensorOps ops;
    private final int headSize;
    private final double scale;
    private final Tensor query; // T × d; likewise the others
    private final Tensor key;
    private final Tensor value;
    private final Tensor output; // gradient at the outputs
    private final Tensor result; // gradient at queries, keys or values
    private final Tensor weights; // T × T: scores, then P
    private final Tensor gradients; // T × T: dP, then dS
    private final float[] weightRow;
    private final float[] gradientRow;
    private final float[] resultRow;

    HeadGradient(TensorOps ops, int length, int headSize) {
        this.ops = ops;
        this.headSize = headSize;
        this.scale = 1 / Math.sqrt(headSize);
        this.query = ops.allocate(length, headSize);
        this.key = ops.allocate(length, headSize);
        this.value = ops.allocate(length, headSize);
        this.output = ops.allocate(length, headSize);
        this.result = ops.allocate(length, headSize);
        this.weights = ops.allocate(length, length);
        this.gradients = ops.allocate(length, length);
        this.weightRow = new float[length];
        this.gradientRow = new float[length];
        this.resultRow = new float[headSize];
    }

    /** Takes the keys and values that the following heads attend to, turned by their positions, from a column on. */
    void attendTo(float[][] keys, float[][] values, int column) {
        copy(keys, column, key);
        copy(values, column, value);
    }

    /**
     * Runs one head.
     *
     * @param queries turned by their positions; the head's columns start at {@code column}; likewise {@code dy} and {@code dq}
     * @param dy gradient at the outputs of the heads
     * @param dq receives the gradient at the queries
     * @param dk the gradient at the keys is added to it, from {@code keyColumn} on; likewise {@code dv} at the values
     */
    void run(float[][] queries, float[][] dy, int column, float[][] dq, float[][] dk, float[][] dv, int keyColumn) {
        copy(queries, column, query);
        copy(dy, column, output);
        ops.linear(query, key, weights, false);
        ops.linear(output, value, gradients, false);
        for (int t = 0; t < weightRow.length; t++) {
            weights.readRow(t, weightRow);
            gradients.readRow(t, gradientRow);
            softmax(t + 1);
            throughSoftmax(t + 1);
            weights.writeRow(t, weightRow, 0);
            gradients.writeRow(t, gradientRow, 0);
        }
        ops.crossGram(weights, output, result);
        add(dv, keyColumn);
        ops.crossGram(gradients, query, result);
        add(dk, keyColumn);
        ops.linearBackward(gradients, key, result, false);
        add(dq, column);
    }

    /** Scores of the first positions to weights, 0 behind them. */
    private void softmax(int count) {
        double largest = Double.NEGATIVE_INFINITY;
        for (int s = 0; s < count; s++) {
            largest = Math.max(largest, weightRow[s]);
        }
        double sum = 0;
        for (int s = 0; s < count; s++) {
            double e = Math.exp((weightRow[s] - largest) * scale);
            weightRow[s] = (float) e;
            sum += e;
        }
        for (int s = 0; s < count; s++) {
            weightRow[s] = (float) (weightRow[s] / sum);
        }
        Arrays.fill(weightRow, count, weightRow.length, 0f);
    }

    /** dP of the first positions to dS, 0 behind them. */
    private void throughSoftmax(int count) {
        double mean = 0;
        for (int s = 0; s < count; s++) {
            mean += (double) weightRow[s] * gradientRow[s];
        }
        for (int s = 0; s < count; s++) {
            gradientRow[s] = (float) (weightRow[s] * (gradientRow[s] - mean) * scale);
        }
        Arrays.fill(gradientRow, count, gradientRow.length, 0f);
    }

    private static void copy(float[][] rows, int column, Tensor to) {
        for (int t = 0; t < rows.length; t++) {
            to.writeRow(t, rows[t], column);
        }
    }

    private void add(float[][] to, int column) {
        for (int t = 0; t < to.length; t++) {
            result.readRow(t, resultRow);
            for (int i = 0; i < headSize; i++) {
                to[t][column + i] += resultRow[i];
            }
        }
    }

    @Override
    public void close() {
        List.of(query, key, value, output, result, weights, gradients).forEach(Tensor::close);
    }
}
