package org.paretopress.jobs.config;

import java.util.List;
import org.paretopress.jobs.InputException;
import org.paretopress.jobs.config.RunConfig.Acceptance;
import org.paretopress.jobs.config.RunConfig.FitnessMeasure;
import org.paretopress.jobs.config.RunConfig.Search;
import org.paretopress.jobs.config.RunConfig.Start;
import org.paretopress.jobs.config.RunConfig.Stop;
import org.paretopress.jobs.config.RunConfig.Strategy;

/** Which settings of a search go together. What would be ignored is refused. */
final class SearchRules {

    private SearchRules() {}

    static void require(Search search) {
        requireEnds(search);
        requireEvolution(search);
        requirePredictable(search);
        requireAllocation(search);
        requireBaselines(search);
    }

    /** Keys of {@code search} that a strategy would ignore, and which are therefore refused beside it. */
    static List<String> ignoredBy(Strategy strategy) {
        return switch (strategy) {
            case evopress -> List.of();
            case pareto -> List.of("start", "acceptance");
            default -> List.of("start", "acceptance", "assisted", "stop");
        };
    }

    private static void requireEnds(Search search) {
        int sizes = search.budget().entries().size();
        if (search.strategy() == Strategy.pareto && sizes != 2) {
            throw new InputException(
                    "search.budget has " + sizes
                            + " sizes, and search.strategy = pareto takes two, the ends of the front.",
                    "write {averageBits: [2.5, 4]}.");
        }
    }

    private static void requireEvolution(Search search) {
        if (search.strategy() == Strategy.pareto && (search.start() != null || search.acceptance() != null)) {
            throw new InputException(
                    "search.start or search.acceptance is given, but search.strategy = pareto starts from"
                            + " allocations and always asks for evidence.",
                    "leave it out, or use strategy: evopress.");
        }
        boolean evolves = search.strategy() == Strategy.evopress || search.strategy() == Strategy.pareto;
        boolean asks =
                search.assisted() || search.start() == Start.allocation || search.acceptance() == Acceptance.paired;
        if (asks && !evolves) {
            throw new InputException(
                    "search.assisted, search.start or search.acceptance is given, but search.strategy = "
                            + search.strategy() + " does not evolve anything.",
                    "leave it out, or use strategy: evopress.");
        }
        if (!evolves && !search.stop().equals(new Stop(null, null, null))) {
            throw new InputException(
                    "search.stop is given, but search.strategy = " + search.strategy()
                            + " has no generations to stop after.",
                    "leave it out, or use strategy: evopress or pareto.");
        }
    }

    private static void requirePredictable(Search search) {
        if (search.assisted() && search.acceptance() == Acceptance.minibatch) {
            throw new InputException(
                    "search.assisted = true does not go with search.acceptance = minibatch: a predictor learns from"
                            + " losses beside the parent's.",
                    "leave search.acceptance out.");
        }
        if (search.assisted() && search.fitness() == FitnessMeasure.perplexity) {
            throw new InputException(
                    "search.assisted = true does not go with search.fitness = perplexity: a predictor starts from"
                            + " divergences.",
                    "use fitness: kl, which prefers nearly the same candidates and needs less text to tell them apart.");
        }
    }

    private static void requireAllocation(Search search) {
        if (search.strategy() != Strategy.allocation
                && !search.allocation().limits().isEmpty()) {
            throw new InputException(
                    "search.allocation.limits is given, but search.strategy = " + search.strategy()
                            + " heeds bytes alone.",
                    "set search.strategy: allocation.");
        }
    }

    private static void requireBaselines(Search search) {
        if (!Search.BASELINES.containsAll(search.baselines())) {
            throw new InputException(
                    "search.baselines = " + search.baselines() + " names a strategy that is no baseline.",
                    "choose among " + Search.BASELINES + ".");
        }
    }
}
