package org.paretopress.search.evolve;

import java.util.List;
import org.paretopress.search.fitness.Fitness;
import org.paretopress.search.front.Checkpoint;
import org.paretopress.search.space.Assignment;

/**
 * The state of a search after one generation.
 *
 * @param number 0 for the choice of the first parent, then 1, 2, …
 * @param parent the best assignment, parent of the next generation
 * @param fitness of the parent, on the last minibatch of this generation
 * @param accepted whether an offspring replaced the parent; true for number 0, false right after a resume
 * @param stages what each stage saw; empty right after a resume
 * @param tokensEvaluated tokens spent since the start of the search, over all candidates and stages
 * @param evaluations scores computed since the start of the search
 */
public record Generation(
        int number,
        Assignment parent,
        Fitness fitness,
        boolean accepted,
        List<StageOutcome> stages,
        long tokensEvaluated,
        long evaluations) {

    public Generation {
        stages = List.copyOf(stages);
    }

    /** What a later run needs to go on from here. */
    public Checkpoint checkpoint() {
        return new Checkpoint(number, parent, fitness, tokensEvaluated, evaluations);
    }

    static Generation first(StagedSelection.Outcome outcome) {
        return new Generation(0, outcome.best(), outcome.fitness(), true, outcome.stages(), 0, 0).charged();
    }

    static Generation resumed(Checkpoint checkpoint) {
        return new Generation(
                checkpoint.generation(),
                checkpoint.parent(),
                checkpoint.fitness(),
                false,
                List.of(),
                checkpoint.tokensEvaluated(),
                checkpoint.evaluations());
    }

    Generation next(StagedSelection.Outcome outcome) {
        boolean replaced = !outcome.best().equals(parent);
        return new Generation(
                        number + 1,
                        outcome.best(),
                        outcome.fitness(),
                        replaced,
                        outcome.stages(),
                        tokensEvaluated,
                        evaluations)
                .charged();
    }

    /** Adds the cost of these stages to what was spent before. */
    private Generation charged() {
        return new Generation(
                number,
                parent,
                fitness,
                accepted,
                stages,
                tokensEvaluated
                        + stages.stream()
                                .mapToLong(StageOutcome::tokensEvaluated)
                                .sum(),
                evaluations
                        + stages.stream().mapToLong(StageOutcome::evaluations).sum());
    }
}
