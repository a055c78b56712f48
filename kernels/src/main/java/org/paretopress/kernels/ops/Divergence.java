package org.paretopress.kernels.ops;

import java.io.Serializable;

/** How the prediction of a candidate is compared with the dense model's: KL(dense ‖ candidate) in nats, over what. */
public sealed interface Divergence extends Serializable {

    /** Over the whole vocabulary. */
    Divergence FULL = new Full();

    /** See {@link #FULL}. */
    record Full() implements Divergence {}

    /**
     * Over the tokens that the dense model finds most probable, ties going to the lower token id. Where they are the whole
     * vocabulary, this is {@link #FULL}.
     *
     * @param count how many tokens, at least 1
     */
    record TopTokens(int count, Tail tail) implements Divergence {
        public TopTokens {
            if (count < 1) {
                throw new IllegalArgumentException(
                        "A divergence over the top " + count + " tokens compares nothing.\nMaybe 256 was meant.");
            }
        }

        /** Whether a vocabulary has more tokens: else this is {@link Divergence#FULL}. */
        public boolean isShortOf(int vocabulary) {
            return count < vocabulary;
        }
    }

    /** What becomes of the tokens that are not among the top. */
    enum Tail {
        /** They are one more outcome: never more than the full divergence (log-sum inequality). */
        BUCKET,
        /** They are left out, and what remains is scaled to sum 1 on both sides, as the published EvoPress code does. */
        RENORMALIZED
    }
}
