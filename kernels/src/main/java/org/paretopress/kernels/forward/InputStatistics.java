package org.paretopress.kernels.forward;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.paretopress.kernels.ops.Tensor;
import org.paretopress.kernels.ops.TensorOps;

/**
 * Adds up x·xᵀ over the inputs x of layers while sequences run: products of the tokens that run together in single
 * precision, their sum in double, in the order of the calls.
 */
public final class InputStatistics implements ActivationTap {

    private final TensorOps ops;
    private final Predicate<String> wanted;
    private final Map<String, double[]> sums = new TreeMap<>();

    /** @param wanted the layers whose inputs are summed up */
    public InputStatistics(TensorOps ops, Predicate<String> wanted) {
        this.ops = ops;
        this.wanted = wanted;
    }

    @Override
    public void inputs(String layer, Tensor inputs) {
        if (!wanted.test(layer)) {
            return;
        }
        int columns = inputs.columns();
        double[] sum = sums.computeIfAbsent(layer, unused -> new double[Math.toIntExact(columns * (columns + 1L) / 2)]);
        float[] row = new float[columns];
        try (Tensor product = ops.allocate(columns, columns)) {
            ops.gram(inputs, product);
            for (int r = 0, next = 0; r < columns; r++) {
                product.readRow(r, row);
                for (int i = r; i < columns; i++) {
                    sum[next++] += row[i];
                }
            }
        }
    }

    /** Upper triangle of Σ x·xᵀ by layer, row by row: columns · (columns + 1) / 2 numbers. */
    public Map<String, double[]> sums() {
        return sums;
    }
}
