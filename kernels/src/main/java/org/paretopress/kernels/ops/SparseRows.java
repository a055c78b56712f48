package org.paretopress.kernels.ops;

/**
 * {@link SparsePrediction} from rows of logits in single precision; sums are formed in double. What the tail holds is
 * summed over the tail itself, never taken as 1 minus the rest: it may be smaller than the rounding of the rest.
 */
public final class SparseRows {

    /** log Σ e^v over the first {@code count} values. */
    interface LogSum {
        double of(float[] values, int count);
    }

    private final LogSum logSum;
    private float[] tokens = new float[0];
    private float[] probabilities = new float[0];
    private float[] logits = new float[0];

    /** For predictions made on the CPU, whatever computes the rest. */
    public SparseRows() {
        float[] lanes = new float[RowMath.FIXED];
        float[][] scratch = {new float[0]};
        this.logSum = (values, count) -> {
            scratch[0] = scratch[0].length < count ? new float[count] : scratch[0];
            return RowMath.logSumExp(values, count, scratch[0], lanes);
        };
    }

    SparseRows(LogSum logSum) {
        this.logSum = logSum;
    }

    /** The prediction that logits of the dense model stand for, in an engine's memory. */
    public SparsePrediction predict(TensorOps ops, Tensor logits, Divergence.TopTokens divergence) {
        int columns = logits.columns();
        SparsePrediction prediction = SparsePrediction.allocate(ops, logits.rows(), columns, divergence);
        float[] z = new float[columns];
        for (int t = 0; t < logits.rows(); t++) {
            logits.readRow(t, z);
            predict(prediction, t, z, columns);
        }
        return prediction;
    }

    /**
     * Fills a row of a prediction.
     *
     * @param z the dense model's logits; overwritten
     */
    private void predict(SparsePrediction dense, int row, float[] z, int columns) {
        int top = dense.top();
        grow(top);
        int[] kept = LargestFirst.of(z, columns, top);
        for (int i = 0; i < top; i++) {
            tokens[i] = kept[i];
            logits[i] = z[kept[i]];
        }
        boolean bucket = dense.tail() == Divergence.Tail.BUCKET;
        double whole = bucket ? logSum.of(z, columns) : logSum.of(logits, top);
        double mass = 0;
        double negativeEntropy = 0;
        for (int i = 0; i < top; i++) {
            double logP = logits[i] - whole;
            probabilities[i] = (float) StrictMath.exp(logP);
            mass += probabilities[i];
            negativeEntropy += probabilities[i] * logP;
        }
        if (bucket) {
            double logTail = logSumOfOthers(z, columns, top) - whole;
            double tail = StrictMath.exp(logTail);
            dense.tailMass()[row] = tail;
            mass += tail;
            negativeEntropy += tail * logTail;
        }
        dense.tokens().writeRow(row, tokens, 0);
        dense.probabilities().writeRow(row, probabilities, 0);
        dense.mass()[row] = mass;
        dense.negativeEntropy()[row] = negativeEntropy;
    }

    /**
     * KL(dense ‖ softmax(z)) as the prediction counts it.
     *
     * @param z a candidate's logits; overwritten
     * @param whole logsumexp(z)
     */
    double divergence(SparsePrediction dense, int row, float[] z, int columns, double whole) {
        int top = dense.top();
        grow(top);
        dense.tokens().readRow(row, tokens);
        dense.probabilities().readRow(row, probabilities);
        double products = 0;
        for (int i = 0; i < top; i++) {
            logits[i] = z[(int) tokens[i]];
            products += (double) probabilities[i] * logits[i];
        }
        double part = dense.tail() == Divergence.Tail.BUCKET ? logSumOfOthers(z, columns, top) : logSum.of(logits, top);
        return dense.divergence(row, products, whole, part);
    }

    /** logsumexp over all but the current tokens, which are overwritten. */
    private double logSumOfOthers(float[] z, int columns, int top) {
        for (int i = 0; i < top; i++) {
            z[(int) tokens[i]] = Float.NEGATIVE_INFINITY;
        }
        return logSum.of(z, columns);
    }

    private void grow(int top) {
        if (tokens.length < top) {
            tokens = new float[top];
            probabilities = new float[top];
            logits = new float[top];
        }
    }
}
