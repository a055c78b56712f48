package org.paretopress.search.evolve;

import java.util.List;
import org.paretopress.search.fitness.Fitness;
import org.paretopress.search.space.Assignment;

/**
 * The state of a search after one generation.
 *
 * @param number 0 for the choice of the first parents, then 1, 2, …
 * @param best the parent of the next generation; of a search for a front, its points from the smallest
 * @param reached what is known of each of the best
 * @param fitness of the parent, on the last minibatch of this generation or on the text of its duels; of a front, that
 *     of its knee
 * @param accepted offspring that became one of the best
 * @param unchanged generations in a row, up to this one, that brought nothing better
 * @param stages what each stage saw
 * @param tokensEvaluated tokens spent since the start of the search, over all candidates and stages
 * @param evaluations scores asked for since the start of the search
 * @param operators what became of the offspring of each operator; empty for the first generation
 * @param predictorRank Spearman correlation between predicted and measured losses of the offspring in the first stage;
 *     null where no predictor assists
 */
public record Generation(
        int number,
        List<Assignment> best,
        List<Fitness> reached,
        Fitness fitness,
        int accepted,
        int unchanged,
        List<StageOutcome> stages,
        long tokensEvaluated,
        long evaluations,
        List<OperatorOutcome> operators,
        Double predictorRank) {

    public Generation {
        best = List.copyOf(best);
        reached = List.copyOf(reached);
        stages = List.copyOf(stages);
        operators = List.copyOf(operators);
    }

    static Generation first(List<Assignment> best, List<Fitness> reached, Fitness fitness, List<StageOutcome> stages) {
        return new Generation(
                0,
                best,
                reached,
                fitness,
                best.size(),
                0,
                stages,
                tokens(stages),
                evaluations(stages),
                List.of(),
                null);
    }

    /** The generation after this one, with the cost of its stages added. */
    Generation next(
            List<Assignment> best,
            List<Fitness> reached,
            Fitness fitness,
            List<OperatorOutcome> operators,
            int accepted,
            List<StageOutcome> stages,
            Double rank) {
        return new Generation(
                number + 1,
                best,
                reached,
                fitness,
                accepted,
                accepted > 0 ? 0 : unchanged + 1,
                stages,
                tokensEvaluated + tokens(stages),
                evaluations + evaluations(stages),
                operators,
                rank);
    }

    /** The only one of the best. */
    public Assignment parent() {
        return best.get(0);
    }

    private static long tokens(List<StageOutcome> stages) {
        return stages.stream().mapToLong(StageOutcome::tokensEvaluated).sum();
    }

    private static long evaluations(List<StageOutcome> stages) {
        return stages.stream().mapToLong(StageOutcome::evaluations).sum();
    }
}
