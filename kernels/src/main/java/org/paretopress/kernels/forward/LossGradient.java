package org.paretopress.kernels.forward;

import org.paretopress.kernels.ops.Tensor;

/** The mean negative log-likelihood of one sequence, and its gradient at the logits. */
final class LossGradient {

    private LossGradient() {}

    /**
     * Row t of the logits predicts token t + 1; the last row predicts nothing that is known, its gradient is 0.
     *
     * @param logits T × vocabulary; overwritten with ∂L/∂logits = (softmax(logits) − one-hot(token)) / (T − 1)
     * @return L, in nats a prediction
     */
    static double of(Tensor logits, int[] tokens) {
        int predictions = tokens.length - 1;
        float[] z = new float[logits.columns()];
        double sum = 0;
        for (int t = 0; t < predictions; t++) {
            logits.readRow(t, z);
            sum += row(z, tokens[t + 1], predictions);
            logits.writeRow(t, z, 0);
        }
        logits.writeRow(predictions, new float[z.length], 0);
        return sum / predictions;
    }

    /** Turns logits into their gradient; returns the negative log-likelihood of the target. */
    private static double row(float[] z, int target, int predictions) {
        double largest = Double.NEGATIVE_INFINITY;
        for (float value : z) {
            largest = Math.max(largest, value);
        }
        double targetLogit = z[target];
        double sum = 0;
        for (int i = 0; i < z.length; i++) {
            double e = Math.exp(z[i] - largest);
            z[i] = (float) e;
            sum += e;
        }
        double nll = largest + Math.log(sum) - targetLogit;
        for (int i = 0; i < z.length; i++) {
            z[i] = (float) (z[i] / (sum * predictions));
        }
        z[target] = (float) (Math.expm1(-nll) / predictions);
        return nll;
    }
}
