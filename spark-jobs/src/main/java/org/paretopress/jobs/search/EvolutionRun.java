package org.paretopress.jobs.search;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.paretopress.jobs.cluster.WorkCount;
import org.paretopress.jobs.run.GenerationLine;
import org.paretopress.jobs.run.Progress;
import org.paretopress.jobs.run.RunDirectory;
import org.paretopress.jobs.run.SearchState;
import org.paretopress.jobs.run.Work;
import org.paretopress.search.evolve.EvolutionSearch;
import org.paretopress.search.evolve.EvolutionSettings;
import org.paretopress.search.evolve.Generation;
import org.paretopress.search.fitness.CandidateEvaluator;
import org.paretopress.search.fitness.Fitness;
import org.paretopress.search.front.Checkpoint;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.Budget;
import org.paretopress.search.space.SearchSpace;

/** EvoPress at each budget in turn, with a checkpoint after every generation. */
final class EvolutionRun {

    private final SearchSpace space;
    private final EvolutionSettings settings;
    private final CandidateEvaluator evaluator;
    private final WorkCount work;
    private final RunDirectory directory;
    private final Progress progress;
    private final List<SearchState.AtBudget> saved;
    private final List<SearchState.AtBudget> states = new ArrayList<>();
    private final List<GenerationLine> lines = new ArrayList<>();
    private final List<GenerationLine> savedLines;
    private int begunBudgets;

    /** Goes on from the checkpoint in the directory, where there is one. */
    EvolutionRun(
            SearchSpace space,
            EvolutionSettings settings,
            CandidateEvaluator evaluator,
            WorkCount work,
            RunDirectory directory,
            Progress progress) {
        this.space = space;
        this.settings = settings;
        this.evaluator = evaluator;
        this.work = work;
        this.directory = directory;
        this.progress = progress;
        this.saved = directory.searchState().map(SearchState::budgets).orElse(List.of());
        this.savedLines = directory.generations();
    }

    /** Searches at one budget; budgets come in the order of the configuration. */
    Generation run(Budget budget, String name) {
        Optional<SearchState.AtBudget> begun =
                begunBudgets < saved.size() ? Optional.of(saved.get(begunBudgets)) : Optional.empty();
        begunBudgets++;
        begun.ifPresent(states::add);
        int done = begun.map(SearchState.AtBudget::generation).orElse(0);
        double before = begun.isPresent() ? keepLines(budget, done) : 0;
        Work others = work.total().minus(begun.map(SearchState.AtBudget::work).orElse(Work.NONE));
        long start = System.nanoTime();
        try (Progress.Step step = progress.start("search " + name, settings.generations() - done)) {
            return new EvolutionSearch(space, budget, settings, evaluator)
                    .run(begun.map(EvolutionRun::checkpoint), generation -> {
                        double seconds = before + (System.nanoTime() - start) / 1e9;
                        save(budget, generation, work.total().minus(others), seconds);
                        if (generation.number() > 0) {
                            step.advance(String.format(
                                    Locale.ROOT,
                                    "loss %.5f",
                                    generation.fitness().loss()));
                        }
                    });
        }
    }

    /** Takes over what an earlier run told of this budget; returns the seconds it had taken. */
    private double keepLines(Budget budget, int lastGeneration) {
        double seconds = 0;
        for (GenerationLine line : savedLines) {
            if (line.budgetInBytes() == budget.sizeInBytes() && line.generation() <= lastGeneration) {
                lines.add(line);
                seconds = line.seconds();
            }
        }
        return seconds;
    }

    private void save(Budget budget, Generation generation, Work own, double seconds) {
        lines.add(new GenerationLine(
                budget.sizeInBytes(),
                generation.number(),
                generation.fitness().loss(),
                generation.accepted() ? 1 : 0,
                generation.tokensEvaluated(),
                generation.evaluations(),
                seconds,
                generation.stages().stream()
                        .map(stage -> new GenerationLine.StageLine(
                                stage.evaluations(),
                                stage.tokens(),
                                stage.losses().stream().min(Double::compare).orElseThrow()))
                        .toList()));
        SearchState.AtBudget state = state(budget, generation, own);
        if (states.size() < begunBudgets) {
            states.add(state);
        } else {
            states.set(begunBudgets - 1, state);
        }
        directory.write(lines);
        directory.write(new SearchState(states));
    }

    private static SearchState.AtBudget state(Budget budget, Generation generation, Work own) {
        Fitness fitness = generation.fitness();
        return new SearchState.AtBudget(
                budget.sizeInBytes(),
                generation.number(),
                generation.parent().toString(),
                fitness.stage(),
                fitness.loss(),
                fitness.sizeInBytes(),
                own);
    }

    private static Checkpoint checkpoint(SearchState.AtBudget state) {
        return new Checkpoint(
                state.generation(),
                Assignment.parse(state.parent()),
                new Fitness(state.stage(), state.loss(), state.sizeInBytes()),
                state.work().tokensEvaluated(),
                state.work().evaluations());
    }
}
