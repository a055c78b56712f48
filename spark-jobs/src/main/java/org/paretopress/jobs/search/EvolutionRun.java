package org.paretopress.jobs.search;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.paretopress.jobs.config.RunConfig;
import org.paretopress.jobs.run.GenerationLine;
import org.paretopress.jobs.run.Metrics;
import org.paretopress.jobs.run.Progress;
import org.paretopress.jobs.run.RunDirectory;
import org.paretopress.jobs.run.SearchState;
import org.paretopress.search.evolve.Generation;
import org.paretopress.search.evolve.StageOutcome;
import org.paretopress.search.space.Budget;

/** What people see of searches that go by generations: lines, checkpoint, progress; and when they stop. */
final class EvolutionRun {

    private final RunDirectory directory;
    private final Progress progress;
    private final RunConfig.Search search;
    private final Objective objective;
    private final Supplier<Metrics> metrics;
    private final List<GenerationLine> earlier;
    private final List<GenerationLine> lines = new ArrayList<>();
    private final List<SearchState.AtBudget> states = new ArrayList<>();

    EvolutionRun(
            RunDirectory directory,
            Progress progress,
            RunConfig.Search search,
            Objective objective,
            Supplier<Metrics> metrics) {
        this.directory = directory;
        this.progress = progress;
        this.search = search;
        this.objective = objective;
        this.metrics = metrics;
        this.earlier = directory.generations();
    }

    /** What a search at one budget calls after every generation, and asks whether to stop. */
    interface Evolution {
        Generation run(Consumer<Generation> listener, Predicate<Generation> stop);
    }

    /** Runs a search at one budget; budgets come in the order of the configuration. */
    Generation run(Budget budget, String name, Evolution evolution) {
        Clock clock = new Clock(budget);
        states.add(null);
        try (Progress.Step step = progress.start("search " + name, search.generations())) {
            Generation last = evolution.run(
                    generation -> {
                        save(budget, generation, clock.after(generation.number()));
                        if (generation.number() > 0) {
                            step.advance(String.format(
                                    Locale.ROOT,
                                    "loss %.5f",
                                    objective.shown(generation.fitness().loss())));
                        }
                    },
                    generation -> stops(generation, clock.seconds()));
            if (last.number() < search.generations()) {
                progress.say("search " + name + ": stopped after generation " + last.number() + ", "
                        + reason(last, clock.seconds()));
            }
            return last;
        }
    }

    private boolean stops(Generation generation, double seconds) {
        return !reason(generation, seconds).isEmpty();
    }

    /** Why a search ends here; empty where it goes on. */
    private String reason(Generation generation, double seconds) {
        RunConfig.Stop stop = search.stop();
        if (stop.tokens() != null && generation.tokensEvaluated() >= stop.tokens()) {
            return generation.tokensEvaluated() + " tokens are evaluated";
        }
        if (stop.minutes() != null && seconds >= 60 * stop.minutes()) {
            return "its " + stop.minutes() + " minutes are over";
        }
        if (stop.plateau() != null && generation.unchanged() >= stop.plateau()) {
            return generation.unchanged() + " generations brought nothing better";
        }
        return "";
    }

    private void save(Budget budget, Generation generation, double seconds) {
        lines.add(new GenerationLine(
                budget.sizeInBytes(),
                generation.number(),
                objective.shown(generation.fitness().loss()),
                generation.accepted(),
                generation.tokensEvaluated(),
                generation.evaluations(),
                seconds,
                generation.predictorRank(),
                generation.operators().stream()
                        .map(one -> new GenerationLine.OperatorLine(
                                one.operator().label(), one.offspring(), one.accepted()))
                        .toList(),
                generation.stages().stream().map(this::line).toList()));
        states.set(
                states.size() - 1,
                new SearchState.AtBudget(
                        budget.sizeInBytes(),
                        generation.number(),
                        best(generation),
                        objective.shown(generation.fitness().loss()),
                        generation.tokensEvaluated(),
                        generation.evaluations()));
        if (lines.size() >= earlier.size()) { // until then a resumed run repeats what it has written, its seconds too
            directory.write(lines);
            directory.write(new SearchState(states));
            directory.write(metrics.get());
        }
    }

    private List<SearchState.Best> best(Generation generation) {
        return IntStream.range(0, generation.best().size())
                .mapToObj(i -> new SearchState.Best(
                        generation.best().get(i).toString(),
                        generation.reached().get(i).sizeInBytes(),
                        objective.shown(generation.reached().get(i).loss())))
                .toList();
    }

    private GenerationLine.StageLine line(StageOutcome stage) {
        double best = stage.losses().stream().min(Double::compare).orElseThrow();
        return new GenerationLine.StageLine(stage.evaluations(), stage.tokens(), objective.shown(best));
    }

    /** Seconds of a search at one budget, those of an interrupted process included. */
    private final class Clock {

        private final Budget budget;
        private double before;
        private long since = System.nanoTime();

        Clock(Budget budget) {
            this.budget = budget;
        }

        double seconds() {
            return before + (System.nanoTime() - since) / 1e9;
        }

        /** Seconds after a generation: those an earlier process took for it, where it was that one's. */
        double after(int generation) {
            return earlier.stream()
                    .filter(line -> line.budgetInBytes() == budget.sizeInBytes() && line.generation() == generation)
                    .findFirst()
                    .map(line -> {
                        before = line.seconds();
                        since = System.nanoTime();
                        return before;
                    })
                    .orElseGet(this::seconds);
        }
    }
}
