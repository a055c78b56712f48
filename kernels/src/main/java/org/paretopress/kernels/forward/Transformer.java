package org.paretopress.kernels.forward;

import static org.paretopress.kernels.model.ModelConfig.layerName;

import java.util.List;
import org.paretopress.kernels.model.ModelConfig;
import org.paretopress.kernels.ops.Rotary;
import org.paretopress.kernels.ops.Tensor;
import org.paretopress.kernels.ops.TensorOps;

/**
 * The forward pass of a Llama (Touvron et al., 2023) over whole sequences.
 *
 * <p>All activations live in workspaces made once for a number of tokens; one instance serves one thread. Shapes below:
 * T tokens, D hidden, Q query width, K key and value width, F intermediate, V vocabulary.
 */
public final class Transformer implements AutoCloseable {

    private final ModelConfig config;
    private final FixedWeights fixed;
    private final TensorOps ops;
    private final int sequenceLength;
    private final Rotary rotary;

    private final Tensor x; // T × D, the residual stream
    private final Tensor h; // T × D, normalised
    private final Tensor q; // T × Q
    private final Tensor k; // T × K
    private final Tensor v; // T × K
    private final Tensor attended; // T × Q
    private final Tensor gate; // T × F
    private final Tensor up; // T × F
    private final Tensor logits; // T × V
    private final float[] embedded;

    /**
     * Makes the workspaces.
     *
     * @param sequences how many sequences go through together
     */
    public Transformer(ModelConfig config, FixedWeights fixed, TensorOps ops, int sequences, int sequenceLength) {
        this.config = config;
        this.fixed = fixed;
        this.ops = ops;
        this.sequenceLength = sequenceLength;
        this.rotary = Rotary.of(config, sequenceLength);
        int tokens = sequences * sequenceLength;
        this.x = ops.allocate(tokens, config.hiddenSize());
        this.h = ops.allocate(tokens, config.hiddenSize());
        this.q = ops.allocate(tokens, config.querySize());
        this.k = ops.allocate(tokens, config.keyValueSize());
        this.v = ops.allocate(tokens, config.keyValueSize());
        this.attended = ops.allocate(tokens, config.querySize());
        this.gate = ops.allocate(tokens, config.intermediateSize());
        this.up = ops.allocate(tokens, config.intermediateSize());
        this.logits = ops.allocate(tokens, config.vocabularySize());
        this.embedded = new float[config.hiddenSize()];
    }

    /**
     * Logits of the next token after every token.
     *
     * @param tokens ids of as many whole sequences as the workspaces were made for
     * @return T × V, overwritten by the next call
     */
    public Tensor forward(int[] tokens, LayerWeights weights, ActivationTap tap) {
        embed(tokens);
        for (int block = 0; block < config.blocks(); block++) {
            attention(block, weights, tap);
            mlp(block, weights, tap);
        }
        ops.rmsNorm(x, fixed.finalNorm(), config.normEpsilon(), h);
        ops.linear(h, fixed.head(), logits, false);
        return logits;
    }

    private void embed(int[] tokens) {
        if (tokens.length != x.rows()) {
            throw new IllegalArgumentException("Got " + tokens.length + " tokens for workspaces of " + x.rows() + ".");
        }
        for (int t = 0; t < tokens.length; t++) {
            fixed.embedding().readRow(tokens[t], embedded);
            x.writeRow(t, embedded, 0);
        }
    }

    private void attention(int block, LayerWeights weights, ActivationTap tap) {
        ops.rmsNorm(x, fixed.attentionNorms().get(block), config.normEpsilon(), h);
        linear(h, layerName(block, "self_attn.q_proj"), q, false, weights, tap);
        linear(h, layerName(block, "self_attn.k_proj"), k, false, weights, tap);
        linear(h, layerName(block, "self_attn.v_proj"), v, false, weights, tap);
        ops.rotate(q, rotary, sequenceLength);
        ops.rotate(k, rotary, sequenceLength);
        ops.attention(q, k, v, config.headSize(), sequenceLength, attended);
        linear(attended, layerName(block, "self_attn.o_proj"), x, true, weights, tap);
    }

    private void mlp(int block, LayerWeights weights, ActivationTap tap) {
        ops.rmsNorm(x, fixed.mlpNorms().get(block), config.normEpsilon(), h);
        linear(h, layerName(block, "mlp.gate_proj"), gate, false, weights, tap);
        linear(h, layerName(block, "mlp.up_proj"), up, false, weights, tap);
        ops.swiGlu(gate, up);
        linear(gate, layerName(block, "mlp.down_proj"), x, true, weights, tap);
    }

    private void linear(
            Tensor inputs, String layer, Tensor outputs, boolean accumulate, LayerWeights weights, ActivationTap tap) {
        tap.inputs(layer, inputs);
        weights.use(layer, weight -> ops.linear(inputs, weight, outputs, accumulate));
    }

    @Override
    public void close() {
        List.of(x, h, q, k, v, attended, gate, up, logits).forEach(Tensor::close);
    }
}
