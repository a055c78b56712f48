package org.paretopress.kernels.forward;

import java.util.Map;
import java.util.TreeMap;
import org.paretopress.kernels.ops.Tensor;
import org.paretopress.kernels.ops.TensorOps;

/**
 * Adds up the empirical Fisher information of the outputs of linear layers while sequences run back through the model: for each
 * row i of a weight, outputs × inputs, Σ over sequences and inputs j of (∂L/∂W_ij)². Divided by the number of sequences these
 * are the row sums of the estimated Fisher information with which Fisher-weighted SVD weighs a matrix, its square root a row
 * (Hsu et al., Language model compression with weighted low-rank factorization, ICLR 2022, section 3).
 *
 * <p>L is a mean over the predictions of one sequence, see {@link BackwardPass}: a sequence is one sample of the Fisher
 * information. Gradients of one sequence are formed in single precision; their squares are added in double, along a row first and
 * then in the order of the calls.
 */
public final class FisherStatistics implements GradientTap {

    private final TensorOps ops;
    private final Map<String, double[]> sums = new TreeMap<>();

    public FisherStatistics(TensorOps ops) {
        this.ops = ops;
    }

    @Override
    public void gradient(String layer, Tensor inputs, Tensor gradient) {
        double[] sum = sums.computeIfAbsent(layer, unused -> new double[gradient.columns()]);
        float[] row = new float[inputs.columns()];
        try (Tensor product = ops.allocate(sum.length, row.length)) {
            ops.crossGram(gradient, inputs, product);
            for (int i = 0; i < sum.length; i++) {
                product.readRow(i, row);
                sum[i] += squares(row);
            }
        }
    }

    private static double squares(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += (double) value * value;
        }
        return sum;
    }

    /** Sums of squared gradients by layer, one value a row of its weight, in (nats per weight)². */
    public Map<String, double[]> sums() {
        return sums;
    }
}
