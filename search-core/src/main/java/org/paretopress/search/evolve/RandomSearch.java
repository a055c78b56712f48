package org.paretopress.search.evolve;

import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.paretopress.search.allocate.RandomAllocator;
import org.paretopress.search.fitness.CandidateEvaluator;
import org.paretopress.search.fitness.Draws;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.Budget;
import org.paretopress.search.space.SearchSpace;

/**
 * The best of some random assignments at a budget: what selection finds without evolution. As many are drawn as a
 * generation has offspring, and they go through one staged selection.
 */
public final class RandomSearch {

    /** Keeps these draws apart from those of {@link EvolutionSearch}. */
    private static final long DRAW = 0x72616e646f6dL;

    private final SearchSpace space;
    private final Budget budget;
    private final EvolutionSettings settings;
    private final CandidateEvaluator evaluator;

    /** @throws org.paretopress.search.space.UnreachableBudgetException if the smallest assignment is above the budget */
    public RandomSearch(SearchSpace space, Budget budget, EvolutionSettings settings, CandidateEvaluator evaluator) {
        budget.requireFits(space);
        this.space = space;
        this.budget = budget;
        this.settings = settings;
        this.evaluator = evaluator;
    }

    /** The result as generation 0 of a search that stops there. */
    public Generation run() {
        RandomAllocator random = new RandomAllocator(space, Draws.seed(settings.seed(), budget.sizeInBytes(), DRAW));
        List<Assignment> drawn = LongStream.range(0, settings.offspring())
                .mapToObj(index -> random.allocate(budget, index))
                .toList();
        StagedSelection selection = new StagedSelection(settings, budget, evaluator);
        return Generation.first(selection.select(drawn, Optional.empty(), 0));
    }
}
