package org.paretopress.search;

import java.util.List;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.Budget;

/**
 * Proposes assignments: the one seam of everything that searches or allocates. What scores candidates is behind
 * {@link org.paretopress.search.fitness.CandidateEvaluator}; neither knows the other.
 */
@FunctionalInterface
public interface Strategy {

    /** The best within the budget that is known to this strategy, as a front where it gives one. */
    Found search(Budget budget);

    /**
     * What a strategy found.
     *
     * @param assignments none where the strategy has no answer, such as a uniform level that fits
     * @param evaluations scores it asked for
     * @param tokensEvaluated tokens these took
     */
    record Found(List<Assignment> assignments, long evaluations, long tokensEvaluated) {

        public Found {
            assignments = List.copyOf(assignments);
        }

        /** The only assignment, found without scoring. */
        public static Found free(Assignment assignment) {
            return new Found(List.of(assignment), 0, 0);
        }

        /** The same, with the cost of what it stands on. */
        public Found plus(long moreEvaluations, long moreTokens) {
            return new Found(assignments, evaluations + moreEvaluations, tokensEvaluated + moreTokens);
        }
    }
}
