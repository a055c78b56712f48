package org.paretopress.kernels.forward;

import java.util.List;
import org.paretopress.kernels.model.ModelConfig;
import org.paretopress.kernels.ops.Tensor;
import org.paretopress.kernels.ops.TensorOps;

/**
 * The way back through the MLP of a transformer block, {@code x + (silu(h·Gᵀ)·(h·Uᵀ))·Dᵀ} with h = norm(x). What lies inside is
 * computed again from x. T tokens, D hidden, F intermediate.
 */
final class MlpGradient implements AutoCloseable {

    private final ModelConfig config;
    private final FixedWeights fixed;
    private final TensorOps ops;
    private final NormGradient norm;
    private final Tensor h; // T × D; likewise its gradient
    private final Tensor dh;
    private final Tensor gate; // T × F; likewise the others
    private final Tensor up;
    private final Tensor activated; // silu(gate)·up, later its gradient
    private final float[] gateRow;
    private final float[] upRow;
    private final float[] gradientRow;

    MlpGradient(ModelConfig config, FixedWeights fixed, TensorOps ops, int tokens) {
        this.config = config;
        this.fixed = fixed;
        this.ops = ops;
        this.norm = new NormGradient(config.hiddenSize(), config.normEpsilon());
        this.h = ops.allocate(tokens, config.hiddenSize());
        this.dh = ops.allocate(tokens, config.hiddenSize());
        this.gate = ops.allocate(tokens, config.intermediateSize());
        this.up = ops.allocate(tokens, config.intermediateSize());
        this.activated = ops.allocate(tokens, config.intermediateSize());
        this.gateRow = new float[config.intermediateSize()];
        this.upRow = new float[config.intermediateSize()];
        this.gradientRow = new float[config.intermediateSize()];
    }

    /**
     * From the residual stream behind the sub-block to the one before it.
     *
     * @param x the residual stream before the sub-block, T × D
     * @param gradient of the loss at the residual stream, T × D; behind the sub-block on entry, before it on return
     */
    void backward(int block, Tensor x, Tensor gradient, LinearLayers layers) {
        int first = config.firstLayer(2 * block + 1);
        float[] gain = fixed.mlpNorms().get(block);
        ops.rmsNorm(x, gain, config.normEpsilon(), h);
        layers.forward(first, h, gate);
        layers.forward(first + 1, h, up);
        ops.copy(gate, activated);
        ops.swiGlu(activated, up);
        layers.backward(first + 2, activated, gradient, activated, false);
        swiGlu();
        layers.backward(first, h, gate, dh, false);
        layers.backward(first + 1, h, up, dh, true);
        norm.add(x, gain, dh, gradient);
    }

    /** Replaces gate and up by their gradients, given that of silu(gate)·up. */
    private void swiGlu() {
        for (int t = 0; t < gate.rows(); t++) {
            gate.readRow(t, gateRow);
            up.readRow(t, upRow);
            activated.readRow(t, gradientRow);
            for (int i = 0; i < gateRow.length; i++) {
                double g = gateRow[i];
                double sigmoid = 1 / (1 + Math.exp(-g));
                double slope = sigmoid * (1 + g * (1 - sigmoid)); // of silu(g) = g·sigmoid(g)
                gateRow[i] = (float) (gradientRow[i] * upRow[i] * slope);
                upRow[i] = (float) (gradientRow[i] * g * sigmoid);
            }
            gate.writeRow(t, gateRow, 0);
            up.writeRow(t, upRow, 0);
        }
    }

    @Override
    public void close() {
        List.of(h, dh, gate, up, activated).forEach(Tensor::close);
    }
}
