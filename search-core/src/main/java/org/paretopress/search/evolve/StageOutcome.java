package org.paretopress.search.evolve;

import java.util.List;

/**
 * What one stage of one generation saw.
 *
 * @param stage index, from 0
 * @param tokens tokens each candidate was scored on
 * @param losses of the distinct candidates in scoring order; in the last stage the parent's is the last
 */
public record StageOutcome(int stage, long tokens, List<Double> losses) {

    public StageOutcome {
        losses = List.copyOf(losses);
    }

    /** Candidates scored. */
    public int evaluations() {
        return losses.size();
    }

    /** Tokens spent on all candidates together. */
    public long tokensEvaluated() {
        return tokens * losses.size();
    }
}
