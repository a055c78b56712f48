package org.paretopress.search.evolve;

import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.paretopress.search.Strategy;
import org.paretopress.search.allocate.RandomAllocator;
import org.paretopress.search.fitness.CandidateEvaluator;
import org.paretopress.search.fitness.Draws;
import org.paretopress.search.fitness.Score;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.Budget;
import org.paretopress.search.space.SearchSpace;

/**
 * The best of some random assignments at a budget: what selection finds without evolution. They go through one staged
 * selection, as many as spend the tokens that another search spent.
 */
public final class RandomSearch implements Strategy {

    /** Keeps these draws apart from those of {@link EvolutionSearch}. */
    private static final long DRAW = 0x72616e646f6dL;

    private final SearchSpace space;
    private final EvolutionSettings settings;
    private final CandidateEvaluator evaluator;
    private final long tokens;

    /**
     * @param settings stages and seed, and the least number of draws: its offspring
     * @param tokens to be spent, at most
     */
    public RandomSearch(SearchSpace space, EvolutionSettings settings, CandidateEvaluator evaluator, long tokens) {
        this.space = space;
        this.settings = settings;
        this.evaluator = evaluator;
        this.tokens = tokens;
    }

    /** @throws org.paretopress.search.space.UnreachableBudgetException if the smallest assignment is above the budget */
    @Override
    public Found search(Budget budget) {
        budget.requireFits(space);
        StagedSelection selection = new StagedSelection(space, budget, settings, evaluator);
        StagedSelection.Outcome outcome = selection.select(draws(budget, count()), Optional.empty(), 0);
        Generation only = Generation.first(
                List.of(outcome.best()), List.of(outcome.fitness()), outcome.fitness(), outcome.stages());
        return new Found(only.best(), only.evaluations(), only.tokensEvaluated());
    }

    /** Some of the draws at a budget, and their losses in the first stage. */
    public record Sample(List<Assignment> drawn, List<Score> scores) {}

    /** The first draws, as many as there are offspring; a search at this budget has them scored anyway. */
    public Sample sample(Budget budget) {
        List<Assignment> distinct =
                draws(budget, settings.offspring()).stream().distinct().toList();
        StagedSelection selection = new StagedSelection(space, budget, settings, evaluator);
        return new Sample(distinct, evaluator.evaluate(distinct, selection.effort(0, 0)));
    }

    private List<Assignment> draws(Budget budget, long count) {
        RandomAllocator random = new RandomAllocator(space, Draws.seed(settings.seed(), budget.sizeInBytes(), DRAW));
        return LongStream.range(0, count)
                .mapToObj(index -> random.allocate(budget, index))
                .toList();
    }

    /** What is left after the later stages goes to the first. */
    private long count() {
        long later = 0;
        for (int stage = 1; stage <= settings.lastStage(); stage++) {
            later += settings.stages().get(stage - 1).survivors()
                    * settings.stages().get(stage).tokens();
        }
        return Math.max(
                settings.offspring(),
                (tokens - later) / settings.stages().get(0).tokens());
    }
}
