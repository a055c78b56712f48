package org.paretopress.kernels.ops;

/**
 * The probabilities of all tokens.
 *
 * <p>Per token: the probabilities p, their sum as stored (rounding leaves it a little off 1) and Σ p·log p. With them the
 * divergence of a candidate with logits z is Σ p·log p − Σ p·z + (Σ p)·logsumexp(z): one pass over the candidate.
 *
 * @param probabilities {@code tokens × vocabulary}
 */
public record FullPrediction(Tensor probabilities, double[] mass, double[] negativeEntropy) implements DensePrediction {

    /**
     * The divergence of a candidate's prediction.
     *
     * @param products Σ p·z
     * @param whole logsumexp(z)
     */
    public double divergence(int row, double products, double whole) {
        return negativeEntropy[row] - products + mass[row] * whole;
    }

    @Override
    public long sizeInBytes() {
        return probabilities.sizeInBytes();
    }

    @Override
    public void close() {
        probabilities.close();
    }
}
