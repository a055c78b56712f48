package org.paretopress.kernels.forward;

import java.util.Arrays;
import java.util.List;
import org.paretopress.kernels.model.ModelConfig;
import org.paretopress.kernels.ops.Rotary;
import org.paretopress.kernels.ops.Tensor;
import org.paretopress.kernels.ops.TensorOps;

/**
 * The way back through the attention of a transformer block, {@code x + attention(q, k, v)·Oᵀ} with q, k, v from norm(x), for one
 * sequence. What lies inside is computed again from x. T tokens, D hidden, Q query width, K key and value width.
 */
final class AttentionGradient implements AutoCloseable {

    private final ModelConfig config;
    private final FixedWeights fixed;
    private final TensorOps ops;
    private final Rotary rotary;
    private final Rotary reversed;
    private final NormGradient norm;
    private final HeadGradient head;
    private final Tensor h; // T × D; likewise its gradient
    private final Tensor dh;
    private final Tensor q; // T × Q, later its gradient; likewise the next
    private final Tensor attended;
    private final Tensor k; // T × K, later its gradient; likewise the next
    private final Tensor v;
    private final Rows queries;
    private final Rows keys;
    private final Rows values;
    private final float[][] outputGradients; // T × Q

    /** Values of a tensor on the heap, and their gradients: T × columns. */
    private record Rows(float[][] values, float[][] gradients) {

        Rows(int tokens, int columns) {
            this(new float[tokens][columns], new float[tokens][columns]);
        }

        void read(Tensor tensor) {
            readAll(tensor, values);
            for (float[] row : gradients) {
                Arrays.fill(row, 0f);
            }
        }

        void writeGradients(Tensor tensor) {
            for (int t = 0; t < gradients.length; t++) {
                tensor.writeRow(t, gradients[t], 0);
            }
        }
    }

    AttentionGradient(ModelConfig config, FixedWeights fixed, TensorOps ops, int tokens) {
        this.config = config;
        this.fixed = fixed;
        this.ops = ops;
        this.rotary = Rotary.of(config, tokens);
        this.reversed = rotary.reversed();
        this.norm = new NormGradient(config.hiddenSize(), config.normEpsilon());
        this.head = new HeadGradient(ops, tokens, config.headSize());
        this.h = ops.allocate(tokens, config.hiddenSize());
        this.dh = ops.allocate(tokens, config.hiddenSize());
        this.q = ops.allocate(tokens, config.querySize());
        this.attended = ops.allocate(tokens, config.querySize());
        this.k = ops.allocate(tokens, config.keyValueSize());
        this.v = ops.allocate(tokens, config.keyValueSize());
        this.queries = new Rows(tokens, config.querySize());
        this.keys = new Rows(tokens, config.keyValueSize());
        this.values = new Rows(tokens, config.keyValueSize());
        this.outputGradients = new float[tokens][config.querySize()];
    }

    /**
     * From the residual stream behind the sub-block to the one before it.
     *
     * @param x the residual stream before the sub-block, T × D
     * @param gradient of the loss at the residual stream, T × D; behind the sub-block on entry, before it on return
     */
    void backward(int block, Tensor x, Tensor gradient, LinearLayers layers) {
        int first = config.firstLayer(2 * block);
        int tokens = x.rows();
        float[] gain = fixed.attentionNorms().get(block);
        ops.rmsNorm(x, gain, config.normEpsilon(), h);
        layers.forward(first, h, q);
        layers.forward(first + 1, h, k);
        layers.forward(first + 2, h, v);
        ops.rotate(q, rotary, tokens);
        ops.rotate(k, rotary, tokens);
        ops.attention(q, k, v, config.headSize(), tokens, attended);
        layers.backward(first + 3, attended, gradient, attended, false);
        heads();
        ops.rotate(q, reversed, tokens);
        ops.rotate(k, reversed, tokens);
        layers.backward(first, h, q, dh, false);
        layers.backward(first + 1, h, k, dh, true);
        layers.backward(first + 2, h, v, dh, true);
        norm.add(x, gain, dh, gradient);
    }

    /** Replaces queries, keys and values by their gradients, given that of what was attended. */
    private void heads() {
        queries.read(q);
        keys.read(k);
        values.read(v);
        readAll(attended, outputGradients);
        int headSize = config.headSize();
        int sharing = config.heads() / config.keyValueHeads();
        for (int i = 0; i < config.heads(); i++) {
            int shared = i / sharing * headSize;
            if (i % sharing == 0) {
                head.attendTo(keys.values, values.values, shared);
            }
            head.run(
                    queries.values,
                    outputGradients,
                    i * headSize,
                    queries.gradients,
                    keys.gradients,
                    values.gradients,
                    shared);
        }
        queries.writeGradients(q);
        keys.writeGradients(k);
        values.writeGradients(v);
    }

    private static void readAll(Tensor tensor, float[][] rows) {
        for (int t = 0; t < rows.length; t++) {
            tensor.readRow(t, rows[t]);
        }
    }

    @Override
    public void close() {
        head.close();
        List.of(h, dh, q, attended, k, v).forEach(Tensor::close);
    }
}
