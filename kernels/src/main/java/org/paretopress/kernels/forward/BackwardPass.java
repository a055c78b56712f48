package org.paretopress.kernels.forward;

import java.util.ArrayList;
import java.util.List;
import org.paretopress.kernels.model.ModelConfig;
import org.paretopress.kernels.ops.Tensor;
import org.paretopress.kernels.ops.TensorOps;

/**
 * The gradient of the loss of one sequence at every linear layer of a Llama: the forward pass of {@link Transformer}, then back from
 * the loss through head, final norm and every sub-block.
 *
 * <p>The loss L is the mean, over the predictions of tokens 1 to T − 1 from those before them, of the negative log-likelihood in
 * nats: what {@link SequenceScorer} reports, divided by its number of predictions. Only the residual stream before each
 * sub-block is kept on the way forward; the inside of a sub-block is computed again on the way back.
 *
 * <p>One instance serves one thread. Off-heap memory, in floats, for T tokens, D hidden, Q query width, K key and value width, F
 * intermediate, V vocabulary: residual streams, T·D·(sub-blocks + 3); activations, T·(6·D + 4·Q + 4·K + 5·F + 5·head size);
 * logits, T·V; scores of one head, 2·T². On the heap, T·(3·Q + 4·K). Results are a function of the arguments, bit for bit.
 */
public final class BackwardPass implements AutoCloseable {

    private final ModelConfig config;
    private final FixedWeights fixed;
    private final TensorOps ops;
    private final int sequenceLength;
    private final List<String> names;
    private final Transformer transformer;
    private final AttentionGradient attention;
    private final MlpGradient mlp;
    private final NormGradient norm;
    private final List<Tensor> residuals = new ArrayList<>(); // before each sub-block, and behind the last
    private final Tensor gradient; // at the residual stream
    private final Tensor dh; // at the normalised one behind the last sub-block

    /**
     * Makes the workspaces.
     *
     * @param sequenceLength tokens of each sequence, at least 2
     */
    public BackwardPass(ModelConfig config, FixedWeights fixed, TensorOps ops, int sequenceLength) {
        if (sequenceLength < 2) {
            throw new IllegalArgumentException("A sequence of " + sequenceLength
                    + " tokens predicts nothing.\nMaybe the length of calibration sequences was meant.");
        }
        this.config = config;
        this.fixed = fixed;
        this.ops = ops;
        this.sequenceLength = sequenceLength;
        this.names = config.layers().stream().map(ModelConfig.LayerShape::name).toList();
        this.transformer = new Transformer(config, fixed, ops, 1, sequenceLength);
        this.attention = new AttentionGradient(config, fixed, ops, sequenceLength);
        this.mlp = new MlpGradient(config, fixed, ops, sequenceLength);
        this.norm = new NormGradient(config.hiddenSize(), config.normEpsilon());
        for (int i = 0; i <= config.subBlocks(); i++) {
            residuals.add(ops.allocate(sequenceLength, config.hiddenSize()));
        }
        this.gradient = ops.allocate(sequenceLength, config.hiddenSize());
        this.dh = ops.allocate(sequenceLength, config.hiddenSize());
    }

    /**
     * Runs one sequence forward and back.
     *
     * @param sequence token ids, as many as the instance was made for
     * @param tap sees every linear layer, last sub-block first
     * @return L, in nats a prediction
     * @throws IllegalArgumentException if the sequence has another length
     */
    public double run(int[] sequence, LayerWeights weights, GradientTap tap) {
        Tensor logits = forward(sequence, weights);
        double loss = LossGradient.of(logits, sequence);
        ops.linearBackward(logits, fixed.head(), dh, false);
        clear(gradient);
        norm.add(residuals.get(config.subBlocks()), fixed.finalNorm(), dh, gradient);
        LinearLayers layers = new LinearLayers(names, ops, weights, tap);
        for (int subBlock = config.subBlocks() - 1; subBlock >= 0; subBlock--) {
            if (subBlock % 2 == 0) {
                attention.backward(subBlock / 2, residuals.get(subBlock), gradient, layers);
            } else {
                mlp.backward(subBlock / 2, residuals.get(subBlock), gradient, layers);
            }
        }
        return loss;
    }

    /** The engine, for taps that compute. */
    public TensorOps ops() {
        return ops;
    }

    private Tensor forward(int[] sequence, LayerWeights weights) {
        transformer.embed(sequence, residuals.get(0));
        for (int subBlock = 0; subBlock < config.subBlocks(); subBlock++) {
            Tensor next = residuals.get(subBlock + 1);
            ops.copy(residuals.get(subBlock), next);
            transformer.run(subBlock, next, weights, ActivationTap.NONE);
        }
        return transformer.logits(residuals.get(config.subBlocks()));
    }

    private void clear(Tensor tensor) {
        float[] zeros = new float[tensor.columns()];
        for (int t = 0; t < sequenceLength; t++) {
            tensor.writeRow(t, zeros, 0);
        }
    }

    @Override
    public void close() {
        transformer.close();
        attention.close();
        mlp.close();
        residuals.forEach(Tensor::close);
        gradient.close();
        dh.close();
    }
}
