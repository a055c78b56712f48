package org.paretopress.search.front;

import org.paretopress.search.fitness.Fitness;
import org.paretopress.search.space.Assignment;

/**
 * Enough to continue a search after a generation as if it had never stopped: every random draw is a function of seed,
 * budget, generation, stage and candidate, so no generator state is kept.
 *
 * @param generation number of the last finished generation; 0 after the choice of the first parent
 * @param parent the best assignment so far
 * @param fitness the parent's fitness on the last minibatch it was scored on
 * @param tokensEvaluated tokens spent so far, over all candidates and stages
 * @param evaluations scores computed so far, over all candidates and stages
 */
public record Checkpoint(int generation, Assignment parent, Fitness fitness, long tokensEvaluated, long evaluations) {

    public Checkpoint {
        if (generation < 0 || tokensEvaluated < 0 || evaluations < 0) {
            throw new IllegalArgumentException("A checkpoint has generation " + generation + ", " + tokensEvaluated
                    + " tokens and " + evaluations + " evaluations.\nMaybe the file is damaged.");
        }
    }
}
