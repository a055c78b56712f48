package org.paretopress.jobs.search;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.paretopress.jobs.config.RunConfig;
import org.paretopress.search.Strategy;
import org.paretopress.search.Strategy.Found;
import org.paretopress.search.allocate.GreedyAllocator;
import org.paretopress.search.allocate.UniformAllocator;
import org.paretopress.search.evolve.EvolutionSearch;
import org.paretopress.search.evolve.EvolutionSettings;
import org.paretopress.search.evolve.Generation;
import org.paretopress.search.evolve.ParetoSearch;
import org.paretopress.search.evolve.RandomSearch;
import org.paretopress.search.fitness.CandidateEvaluator;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.Budget;
import org.paretopress.search.space.SearchSpace;

/** The searched strategy and the baselines at each budget. */
final class Contest {

    private final SearchSpace space;
    private final RunConfig.Search search;
    private final EvolutionSettings settings;
    private final CandidateEvaluator evaluator;
    private final Allocations allocations;
    private final Allocations starts;
    private final EvolutionRun evolution;
    private final List<Budget> budgets;
    private final References references;
    private final Map<Budget, EvolutionSearch> searches = new HashMap<>();
    private Found front;

    /**
     * @param allocations what searches are compared with
     * @param starts what they begin with
     * @throws IllegalArgumentException if a search has nothing to change at one of the budgets
     */
    Contest(
            SearchSpace space,
            RunConfig.Search search,
            EvolutionSettings settings,
            CandidateEvaluator evaluator,
            Allocations allocations,
            Allocations starts,
            EvolutionRun evolution,
            List<Budget> budgets,
            References references) {
        this.space = space;
        this.search = search;
        this.settings = settings;
        this.evaluator = evaluator;
        this.allocations = allocations;
        this.starts = starts;
        this.evolution = evolution;
        this.budgets = budgets;
        this.references = references;
        if (search.strategy() == RunConfig.Strategy.evopress) {
            budgets.forEach(budget -> searches.computeIfAbsent(budget, this::evolutionSearch));
        }
    }

    private EvolutionSearch evolutionSearch(Budget budget) {
        Optional<Assignment> start =
                search.start() == RunConfig.Start.allocation ? Optional.of(starts.at(budget)) : Optional.empty();
        Optional<double[][]> table =
                search.assisted() ? Optional.of(starts.errors().errors()) : Optional.empty();
        return new EvolutionSearch(space, budget, settings, evaluator, start, table);
    }

    /**
     * The searched strategy first, then the baselines that are something else, then the references; those without an answer
     * within the budget and the limits are left out.
     *
     * @param number of the budget, for the ids of points
     */
    List<Proposal> at(Budget budget, int number, String name) {
        Set<RunConfig.Strategy> strategies = new LinkedHashSet<>(List.of(search.strategy()));
        strategies.addAll(search.baselines());
        List<Proposal> proposals = new ArrayList<>();
        long searched = 0;
        for (RunConfig.Strategy strategy : strategies) {
            Found found = strategy(strategy, name, searched).search(budget);
            searched = strategy == search.strategy() ? found.tokensEvaluated() : searched;
            found.assignments().stream()
                    .filter(allocations::allow)
                    .map(one -> new Proposal(
                            strategy == RunConfig.Strategy.pareto ? id(one) : strategy.name() + "-" + number,
                            strategy.name(),
                            one,
                            found.evaluations(),
                            found.tokensEvaluated()))
                    .forEach(proposals::add);
        }
        references.at(budget, budgets).stream()
                .filter(one -> allocations.allow(one.assignment()))
                .forEach(proposals::add);
        return proposals;
    }

    /** The points of a search for a front, from the smallest; none of another search. */
    List<Proposal> front() {
        return front == null
                ? List.of()
                : front.assignments().stream()
                        .map(one -> new Proposal(
                                id(one),
                                RunConfig.Strategy.pareto.name(),
                                one,
                                front.evaluations(),
                                front.tokensEvaluated()))
                        .toList();
    }

    /** The best of each size, as far as errors of layers add up. */
    List<Assignment> allocations(List<Budget> sizes) {
        return allocations.at(sizes);
    }

    private String id(Assignment assignment) {
        return RunConfig.Strategy.pareto.name() + "-" + (front.assignments().indexOf(assignment) + 1);
    }

    /** @param searchedTokens what the searched strategy spent; random assignments may spend as much */
    private Strategy strategy(RunConfig.Strategy strategy, String name, long searchedTokens) {
        return switch (strategy) {
            case evopress -> budget -> evolve(budget, name);
            case random ->
                random(
                        switch (search.strategy()) {
                            case pareto -> searchedTokens / budgets.size();
                            case random -> settings.generations() * settings.tokensOfGeneration();
                            default -> searchedTokens;
                        });
            case uniform ->
                budget -> new UniformAllocator(space)
                        .find(budget)
                        .map(Found::free)
                        .orElse(new Found(List.of(), 0, 0));
            case allocation -> budget -> charged(Found.free(allocations.at(budget)), allocations);
            case greedy ->
                budget -> charged(
                        Found.free(
                                new GreedyAllocator(space, allocations.errors().errors()).allocate(budget)),
                        allocations);
            case pareto -> this::largestWithin;
        };
    }

    RandomSearch random(long tokens) {
        return new RandomSearch(space, settings, evaluator, tokens);
    }

    /** The sum that an allocation minimises. */
    double layerwiseError(Assignment assignment) {
        double sum = 0;
        for (int layer = 0; layer < assignment.size(); layer++) {
            sum += allocations.errors().errors()[layer][assignment.level(layer)];
        }
        return sum;
    }

    private Found evolve(Budget budget, String name) {
        Found found = found(evolution.run(budget, name, searches.get(budget)::run));
        return search.start() == RunConfig.Start.allocation || search.assisted() ? charged(found, starts) : found;
    }

    private static Found found(Generation last) {
        return new Found(last.best(), last.evaluations(), last.tokensEvaluated());
    }

    /** One search gives the whole front; at a budget, its largest point that fits. */
    private Found largestWithin(Budget budget) {
        if (front == null) {
            Budget largest = budgets.get(budgets.size() - 1);
            front = charged(found(evolution.run(largest, "of the front", this::searchFront)), starts);
        }
        List<Assignment> largest = front.assignments().stream()
                .filter(one -> space.sizeInBytes(one) <= budget.sizeInBytes())
                .reduce((smaller, larger) -> larger)
                .stream()
                .toList();
        return new Found(largest, front.evaluations(), front.tokensEvaluated());
    }

    /** From the allocations at the sizes to compare at, and at others evenly spread over the range. */
    private Generation searchFront(Consumer<Generation> listener, Predicate<Generation> stop) {
        Budget lower = budgets.get(0);
        Budget upper = budgets.get(budgets.size() - 1);
        long range = upper.sizeInBytes() - lower.sizeInBytes();
        int members = settings.offspring();
        List<Budget> sizes =
                new ArrayList<>(List.of(lower, upper)); // first, so that no population is too small for them
        sizes.addAll(budgets);
        IntStream.range(0, members)
                .mapToObj(i -> new Budget(lower.sizeInBytes() + range * i / Math.max(1, members - 1)))
                .forEach(sizes::add);
        List<Assignment> seeds = starts.at(sizes);
        Budget smallest = new Budget(space.sizeInBytes(seeds.get(0)));
        Optional<double[][]> table =
                search.assisted() ? Optional.of(starts.errors().errors()) : Optional.empty();
        return new ParetoSearch(space, smallest, upper, settings, evaluator, seeds, table).run(listener, stop);
    }

    /** What stands on a table of errors has paid for it. */
    private static Found charged(Found found, Allocations basis) {
        return found.plus(basis.errors().evaluations(), basis.errors().tokensEvaluated());
    }
}
