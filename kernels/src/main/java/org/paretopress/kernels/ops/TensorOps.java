package org.paretopress.kernels.ops;

import java.util.OptionalLong;

/**
 * What a Llama forward pass and its loss are made of, and the products of its backward pass.
 *
 * <p>A batch is a whole number of sequences of equal length, one token a row. An instance owns scratch memory and serves
 * one thread at a time, but any thread may allocate and keep with it; tensors may be read by many. Every result is a function of the arguments alone, bit for bit.
 */
public interface TensorOps extends AutoCloseable {

    /**
     * Bytes that are free in the memory of its own that this engine computes in, what nobody holds any more counted in; empty where that
     * is the host's. May take a second.
     */
    default OptionalLong freeBytes() {
        return OptionalLong.empty();
    }

    /** A tensor of 32-bit floats with undefined contents. */
    Tensor allocate(int rows, int columns);

    /** A tensor that products read, or that is made of what they read, in the precision that this engine multiplies. */
    default Tensor allocateOperand(int rows, int columns) {
        return allocate(rows, columns);
    }

    /**
     * Takes a packed weight into this engine's memory as it is, to be dequantized on its way into each product.
     *
     * @param weight must not change while it is kept
     */
    Weight keep(PackedRows weight);

    /** Whether products with packed weights are about as fast as those with tensors, so that nothing else need be kept. */
    default boolean multipliesPacked() {
        return false;
    }

    /** Copies all elements; both have the same shape. */
    void copy(Tensor from, Tensor to);

    /**
     * Copies rows of a table.
     *
     * @param rows which ones, in the order of the rows of y
     */
    void gather(Tensor table, int[] rows, Tensor y);

    /** {@code y = x·Wᵀ}, or {@code y += x·Wᵀ}. x: tokens × inputs, weight: outputs × inputs, y: tokens × outputs. */
    void linear(Tensor x, Weight weight, Tensor y, boolean accumulate);

    /**
     * The way back through {@link #linear}: {@code x = y·W}, or {@code x += y·W}. y: tokens × outputs, weight: outputs ×
     * inputs, x: tokens × inputs. With gradients of a loss at the outputs in y, those at the inputs are in x.
     */
    void linearBackward(Tensor y, Weight weight, Tensor x, boolean accumulate);

    /** {@code y = x / rms(x) · gain}, row by row, rms with {@code epsilon} under the root. gain: one value a column. */
    void rmsNorm(Tensor x, float[] gain, double epsilon, Tensor y);

    /** Turns every head of every token by its position in its sequence, in place. x: tokens × (heads · headSize). */
    void rotate(Tensor x, Rotary rotary, int sequenceLength);

    /**
     * Causal grouped-query attention with softmax(QKᵀ / √headSize) V.
     *
     * @param q tokens × (heads · headSize)
     * @param k tokens × (keyValueHeads · headSize); query head h reads key head h · keyValueHeads / heads
     * @param v shaped like k
     * @param y shaped like q
     */
    void attention(Tensor q, Tensor k, Tensor v, int headSize, int sequenceLength, Tensor y);

    /** {@code gate = silu(gate) · up}, in place (Shazeer, GLU variants, 2020). */
    void swiGlu(Tensor gate, Tensor up);

    /**
     * The upper triangle of {@code product = xᵀ·x}, the Hessian of a layer's squared output error up to scale; what lies below the
     * diagonal of the product (columns × columns) is not defined.
     */
    void gram(Tensor x, Tensor product);

    /**
     * {@code product = yᵀ·x}. y: tokens × outputs, x: tokens × inputs, product: outputs × inputs. With gradients of a loss at the
     * outputs of {@link #linear} in y and its inputs in x, this is the gradient of its weight.
     */
    void crossGram(Tensor y, Tensor x, Tensor product);

    /** The distribution that logits stand for, or what the divergence asks of it, in memory of its own. */
    DensePrediction densePrediction(Tensor logits, Divergence divergence);

    /**
     * Loss of each token's prediction.
     *
     * @param logits tokens × vocabulary
     * @param targets the token that did follow, one a row
     * @param dense the dense model's prediction for the same rows, or null where no divergence is asked for
     * @param kl receives KL(dense ‖ softmax(logits)) in nats, one a row, as the divergence of the prediction counts it;
     *     untouched without the dense prediction
     * @param nll receives the negative log-likelihood of the target in nats, one a row
     */
    void score(Tensor logits, int[] targets, DensePrediction dense, double[] kl, double[] nll);

    @Override
    void close();
}
