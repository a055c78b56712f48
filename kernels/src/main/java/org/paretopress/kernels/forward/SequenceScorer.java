package org.paretopress.kernels.forward;

import org.paretopress.kernels.model.ModelConfig;
import org.paretopress.kernels.ops.DensePrediction;
import org.paretopress.kernels.ops.Tensor;
import org.paretopress.kernels.ops.TensorOps;

/**
 * Scores one sequence at a time, so that a sequence's loss never depends on what else is scored, where, or in which order.
 *
 * <p>Row t of the logits predicts token t + 1; the last row predicts nothing that is known and never counts.
 */
public final class SequenceScorer implements AutoCloseable {

    private final TensorOps ops;
    private final Transformer transformer;
    private final int sequenceLength;
    private final int[] targets;
    private final double[] kl;
    private final double[] nll;

    public SequenceScorer(ModelConfig config, FixedWeights fixed, TensorOps ops, int sequenceLength) {
        this.ops = ops;
        this.transformer = new Transformer(config, fixed, ops, 1, sequenceLength);
        this.sequenceLength = sequenceLength;
        this.targets = new int[sequenceLength];
        this.kl = new double[sequenceLength];
        this.nll = new double[sequenceLength];
    }

    /** What the weights predict for every token of the sequence; the caller closes it. */
    public DensePrediction predict(int[] sequence, LayerWeights weights) {
        return ops.densePrediction(transformer.forward(sequence, weights, ActivationTap.NONE));
    }

    /** Runs the sequence for what the tap sees. */
    public void observe(int[] sequence, LayerWeights weights, ActivationTap tap) {
        transformer.forward(sequence, weights, tap);
    }

    /** The engine, for taps that compute. */
    public TensorOps ops() {
        return ops;
    }

    /**
     * The loss of predicting tokens {@code first + 1} to the last of the sequence.
     *
     * @param dense the dense model's prediction of the same sequence, or null for likelihood alone
     * @param first the first row that counts; 0 counts every prediction
     */
    public Loss score(int[] sequence, LayerWeights weights, DensePrediction dense, int first) {
        Tensor logits = transformer.forward(sequence, weights, ActivationTap.NONE);
        System.arraycopy(sequence, 1, targets, 0, sequenceLength - 1);
        ops.score(logits, targets, dense, kl, nll);
        double klSum = 0;
        double nllSum = 0;
        for (int t = first; t < sequenceLength - 1; t++) {
            klSum += dense == null ? 0 : kl[t];
            nllSum += nll[t];
        }
        return new Loss(klSum, nllSum, sequenceLength - 1 - first);
    }

    @Override
    public void close() {
        transformer.close();
        ops.close();
    }
}
