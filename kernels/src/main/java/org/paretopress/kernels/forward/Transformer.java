package org.paretopress.kernels.forward;

import java.util.ArrayList;
import java.util.List;
import org.paretopress.kernels.model.ModelConfig;
import org.paretopress.kernels.ops.Rotary;
import org.paretopress.kernels.ops.Tensor;
import org.paretopress.kernels.ops.TensorOps;
import org.paretopress.kernels.ops.Weight;

/**
 * The forward pass of a Llama (Touvron et al., 2023) over whole sequences, one sub-block at a time: attention and MLP of the
 * first transformer block, then of the second, and so on. All that passes from one sub-block to the next is the residual
 * stream, so whoever holds a copy of it can go on from there in more than one way.
 *
 * <p>Everything between lives in workspaces made once; one instance serves one thread. Shapes below: T tokens, D hidden, Q
 * query width, K key and value width, F intermediate, V vocabulary.
 */
public final class Transformer implements AutoCloseable {

    private final ModelConfig config;
    private final FixedWeights fixed;
    private final TensorOps ops;
    private final int sequenceLength;
    private final int rowsOfAProduct;
    private final Rotary rotary;
    private final List<String> layers;
    private final List<Workspace> workspaces = new ArrayList<>();
    private final Tensor own; // the residual stream of forward(), T × D for one sequence
    private final Tensor logits; // T × V for one sequence

    /**
     * Makes the workspaces.
     *
     * @param sequences how many sequences go through together at most
     */
    public Transformer(ModelConfig config, FixedWeights fixed, TensorOps ops, int sequences, int sequenceLength) {
        this(config, fixed, ops, sequences, sequenceLength, sequences);
    }

    /** @param group how many sequences go into a product at most; then as many more sequences have a product of their own */
    Transformer(ModelConfig config, FixedWeights fixed, TensorOps ops, int sequences, int sequenceLength, int group) {
        this.config = config;
        this.fixed = fixed;
        this.ops = ops;
        this.sequenceLength = sequenceLength;
        this.rowsOfAProduct = group * sequenceLength;
        this.rotary = Rotary.of(config, sequenceLength);
        this.layers = config.layers().stream().map(ModelConfig.LayerShape::name).toList();
        Workspace largest = Workspace.allocate(config, ops, sequences * sequenceLength);
        for (int count = 1; count < sequences; count++) {
            workspaces.add(largest.slice(count * sequenceLength));
        }
        workspaces.add(largest);
        this.own = ops.allocate(sequenceLength, config.hiddenSize());
        this.logits = ops.allocate(sequenceLength, config.vocabularySize());
    }

    /**
     * Bytes of the engine's memory that workspaces take.
     *
     * @param operandBytes of a number that products read
     */
    static long bytes(ModelConfig config, int sequences, int sequenceLength, int operandBytes) {
        long ofAll = (long) sequences * sequenceLength * Workspace.columns(config) * operandBytes;
        long ofOne = (long) sequenceLength * (config.hiddenSize() + config.vocabularySize()) * Float.BYTES;
        return ofAll + ofOne;
    }

    /** What a sub-block needs beside the residual stream. */
    private record Workspace(
            Tensor h, // T × D, normalised
            Tensor q, // T × Q
            Tensor k, // T × K
            Tensor v, // T × K
            Tensor attended, // T × Q
            Tensor gate, // T × F
            Tensor up) { // T × F

        static Workspace allocate(ModelConfig config, TensorOps ops, int tokens) {
            return new Workspace(
                    ops.allocateOperand(tokens, config.hiddenSize()),
                    ops.allocateOperand(tokens, config.querySize()),
                    ops.allocateOperand(tokens, config.keyValueSize()),
                    ops.allocateOperand(tokens, config.keyValueSize()),
                    ops.allocateOperand(tokens, config.querySize()),
                    ops.allocateOperand(tokens, config.intermediateSize()),
                    ops.allocateOperand(tokens, config.intermediateSize()));
        }

        /** Of all tensors together. */
        static long columns(ModelConfig config) {
            return config.hiddenSize()
                    + 2L * config.querySize()
                    + 2L * config.keyValueSize()
                    + 2L * config.intermediateSize();
        }

        Workspace slice(int tokens) {
            return new Workspace(
                    h.slice(0, tokens),
                    q.slice(0, tokens),
                    k.slice(0, tokens),
                    v.slice(0, tokens),
                    attended.slice(0, tokens),
                    gate.slice(0, tokens),
                    up.slice(0, tokens));
        }

        void close() {
            List.of(h, q, k, v, attended, gate, up).forEach(Tensor::close);
        }
    }

    /**
     * Logits of the next token after every token of one sequence.
     *
     * @return T × V, overwritten by the next call
     */
    public Tensor forward(int[] tokens, LayerWeights weights, ActivationTap tap) {
        embed(tokens, own);
        for (int subBlock = 0; subBlock < config.subBlocks(); subBlock++) {
            run(subBlock, own, weights, tap);
        }
        return logits(own);
    }

    /**
     * Puts the embeddings of tokens into the residual stream.
     *
     * @param x T × D, for as many tokens as are given: whole sequences
     */
    public void embed(int[] tokens, Tensor x) {
        if (tokens.length != x.rows()) {
            throw new IllegalArgumentException("Got " + tokens.length + " tokens for workspaces of " + x.rows() + ".");
        }
        ops.gather(fixed.embedding(), tokens, x);
    }

    /**
     * Adds what a sub-block says to the residual stream.
     *
     * @param subBlock twice the number of the transformer block; one more for its MLP
     * @param x T × D: whole sequences
     */
    public void run(int subBlock, Tensor x, LayerWeights weights, ActivationTap tap) {
        if (weights.dropped(config.firstLayer(subBlock + 1) - 1)) {
            return; // the last layer's output is what a sub-block adds
        }
        Workspace w = workspaces.get(x.rows() / sequenceLength - 1);
        if (subBlock % 2 == 0) {
            attention(subBlock / 2, x, w, weights, tap);
        } else {
            mlp(subBlock / 2, x, w, weights, tap);
        }
    }

    private void attention(int block, Tensor x, Workspace w, LayerWeights weights, ActivationTap tap) {
        int layer = config.firstLayer(2 * block);
        ops.rmsNorm(x, fixed.attentionNorms().get(block), config.normEpsilon(), w.h);
        linear(w.h, layer, w.q, false, weights, tap);
        linear(w.h, layer + 1, w.k, false, weights, tap);
        linear(w.h, layer + 2, w.v, false, weights, tap);
        ops.rotate(w.q, rotary, sequenceLength);
        ops.rotate(w.k, rotary, sequenceLength);
        ops.attention(w.q, w.k, w.v, config.headSize(), sequenceLength, w.attended);
        linear(w.attended, layer + 3, x, true, weights, tap);
    }

    private void mlp(int block, Tensor x, Workspace w, LayerWeights weights, ActivationTap tap) {
        int layer = config.firstLayer(2 * block + 1);
        ops.rmsNorm(x, fixed.mlpNorms().get(block), config.normEpsilon(), w.h);
        linear(w.h, layer, w.gate, false, weights, tap);
        linear(w.h, layer + 1, w.up, false, weights, tap);
        ops.swiGlu(w.gate, w.up);
        linear(w.gate, layer + 2, x, true, weights, tap);
    }

    private void linear(
            Tensor inputs, int layer, Tensor outputs, boolean accumulate, LayerWeights weights, ActivationTap tap) {
        tap.inputs(layers.get(layer), inputs);
        Weight weight = weights.acquire(layer);
        try {
            if (inputs.rows() <= rowsOfAProduct) {
                ops.linear(inputs, weight, outputs, accumulate);
                return;
            }
            for (int row = 0; row < inputs.rows(); row += rowsOfAProduct) {
                int rows = Math.min(rowsOfAProduct, inputs.rows() - row);
                ops.linear(inputs.slice(row, rows), weight, outputs.slice(row, rows), accumulate);
            }
        } finally {
            weights.release(layer);
        }
    }

    /**
     * Logits from the residual stream behind the last sub-block, for one sequence.
     *
     * @param x T × D
     * @return T × V, overwritten by the next call
     */
    public Tensor logits(Tensor x) {
        Tensor h = workspaces.get(0).h;
        ops.rmsNorm(x, fixed.finalNorm(), config.normEpsilon(), h);
        ops.linear(h, fixed.head(), logits, false);
        return logits;
    }

    @Override
    public void close() {
        workspaces.get(workspaces.size() - 1).close();
        own.close();
        logits.close();
    }
}
