package org.paretopress.kernels.ops;

/**
 * The most probable tokens of each row, by falling probability and then by rising token id.
 *
 * <p>Per row: the probabilities p of the kept tokens, the mass P of all others together, the sum of all of these as stored,
 * and Σ p·log p + P·log P. With them the divergence of a candidate with logits z is
 *
 * <pre>Σ p·log p + P·log P − Σ p·z − P·logsumexp(z of the others) + (Σ p + P)·logsumexp(z)</pre>
 *
 * <p>With {@link Divergence.Tail#RENORMALIZED}, p sums to 1, P is 0, and the last logsumexp is that of the kept tokens.
 *
 * @param tokens rows × kept tokens; token ids, which are exact in a float below 2^24
 * @param probabilities shaped like tokens
 * @param tailMass P of each row
 */
public record SparsePrediction(
        Divergence.Tail tail,
        Tensor tokens,
        Tensor probabilities,
        double[] tailMass,
        double[] mass,
        double[] negativeEntropy)
        implements DensePrediction {

    /** Most tokens of a vocabulary. */
    static final int MAX_VOCABULARY = 1 << 24;

    /** An empty one in an engine's memory. */
    public static SparsePrediction allocate(TensorOps ops, int rows, int vocabulary, Divergence.TopTokens divergence) {
        if (vocabulary > MAX_VOCABULARY) {
            throw new IllegalArgumentException("A vocabulary of " + vocabulary + " tokens is above " + MAX_VOCABULARY
                    + ".\nMaybe compare with the full prediction.");
        }
        return new SparsePrediction(
                divergence.tail(),
                ops.allocate(rows, divergence.count()),
                ops.allocate(rows, divergence.count()),
                new double[rows],
                new double[rows],
                new double[rows]);
    }

    /** Tokens kept of each row. */
    public int top() {
        return tokens.columns();
    }

    /**
     * The divergence of a candidate's prediction.
     *
     * @param products Σ p·z over the kept tokens
     * @param whole logsumexp(z)
     * @param part logsumexp(z) over all other tokens, or, renormalized, over the kept ones
     */
    public double divergence(int row, double products, double whole, double part) {
        double known = negativeEntropy[row] - products;
        return tail == Divergence.Tail.BUCKET
                ? known - tailMass[row] * part + mass[row] * whole
                : known + mass[row] * part;
    }

    @Override
    public long sizeInBytes() {
        return tokens.sizeInBytes() + probabilities.sizeInBytes();
    }

    @Override
    public void close() {
        tokens.close();
        probabilities.close();
    }
}
