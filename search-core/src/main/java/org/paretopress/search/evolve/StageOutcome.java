package org.paretopress.search.evolve;

import java.util.List;
import org.paretopress.search.fitness.Effort;
import org.paretopress.search.fitness.Score;

/**
 * What one stage of one generation saw.
 *
 * @param stage index, from 0; a duel comes after the last stage
 * @param tokens tokens each candidate was scored on
 * @param losses of the distinct candidates in scoring order; a parent's is the last
 * @param tokensEvaluated tokens that candidates had not been scored on before, all together
 */
public record StageOutcome(int stage, long tokens, List<Double> losses, long tokensEvaluated) {

    public StageOutcome {
        losses = List.copyOf(losses);
    }

    static StageOutcome of(Effort effort, List<Score> scores) {
        return new StageOutcome(
                effort.stage(),
                effort.tokens(),
                scores.stream().map(Score::loss).toList(),
                scores.stream().mapToLong(Score::tokensEvaluated).sum());
    }

    /** Candidates scored. */
    public int evaluations() {
        return losses.size();
    }
}
