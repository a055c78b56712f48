package org.paretopress.kernels.ops;

/**
 * What the dense model predicts for a batch of tokens, kept so that candidates can be compared with it.
 *
 * <p>Per token: the probabilities p, their sum as stored (rounding leaves it a little off 1) and Σ p·log p. With them the
 * divergence of a candidate with logits z is Σ p·log p − Σ p·z + (Σ p)·logsumexp(z): one pass over the candidate.
 *
 * @param probabilities {@code tokens × vocabulary}
 */
public record DensePrediction(Tensor probabilities, double[] mass, double[] negativeEntropy) implements AutoCloseable {

    @Override
    public void close() {
        probabilities.close();
    }
}
