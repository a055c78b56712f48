package org.paretopress.search.fitness;

import java.util.Arrays;

/**
 * What scoring a candidate gave: its loss on each sequence of the text an effort stands for, in an order that is the
 * same for all candidates, so that two can be compared sequence by sequence.
 */
public final class Score {

    private final double[] losses;
    private final long tokensEvaluated;

    /**
     * @param losses at least one; in the unit of the quality metric, lower is better
     * @param tokensEvaluated tokens the candidate had not been scored on before; what is known is not paid again
     */
    public Score(double[] losses, long tokensEvaluated) {
        if (losses.length == 0 || tokensEvaluated < 0) {
            throw new IllegalArgumentException("A score has " + losses.length + " losses and cost " + tokensEvaluated
                    + " tokens.\nMaybe the minibatch is empty.");
        }
        this.losses = losses.clone();
        this.tokensEvaluated = tokensEvaluated;
    }

    /** The mean over sequences. */
    public double loss() {
        return Arrays.stream(losses).sum() / losses.length;
    }

    public long tokensEvaluated() {
        return tokensEvaluated;
    }

    /** Number of sequences. */
    public int sequences() {
        return losses.length;
    }

    /** Loss on one sequence. */
    public double loss(int sequence) {
        return losses[sequence];
    }
}
