package org.paretopress.jobs.search;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.paretopress.jobs.InputException;
import org.paretopress.jobs.cluster.ExecutorModel;
import org.paretopress.jobs.cluster.ScoredText;
import org.paretopress.jobs.cluster.SparkCandidateEvaluator;
import org.paretopress.jobs.cluster.SparkScorer;
import org.paretopress.jobs.cluster.WorkCount;
import org.paretopress.jobs.config.Budgets;
import org.paretopress.jobs.config.RunConfig;
import org.paretopress.jobs.config.RunConfig.Strategy;
import org.paretopress.jobs.input.SourceModel;
import org.paretopress.jobs.input.SourceText;
import org.paretopress.jobs.levels.LevelBuildJob;
import org.paretopress.jobs.levels.LevelPlan;
import org.paretopress.jobs.levels.LevelsJob;
import org.paretopress.jobs.run.Baselines;
import org.paretopress.jobs.run.Front;
import org.paretopress.jobs.run.FrontPoint;
import org.paretopress.jobs.run.Progress;
import org.paretopress.jobs.run.RunDirectory;
import org.paretopress.jobs.run.Steps;
import org.paretopress.jobs.storage.Storage;
import org.paretopress.kernels.levels.LevelManifest;
import org.paretopress.search.allocate.GreedyAllocator;
import org.paretopress.search.allocate.LayerwiseAllocator;
import org.paretopress.search.allocate.UniformAllocator;
import org.paretopress.search.evolve.EvolutionSettings;
import org.paretopress.search.evolve.RandomSearch;
import org.paretopress.search.evolve.Stage;
import org.paretopress.search.front.ParetoArchive;
import org.paretopress.search.front.ParetoPoint;
import org.paretopress.search.space.Budget;
import org.paretopress.search.space.SearchSpace;

/**
 * The main job: from a model and text to a Pareto front of size against loss.
 *
 * <p>Everything that can be wrong with the input is found by {@link #prepare}, before Spark starts.
 */
public final class SearchJob {

    private final RunConfig config;
    private final Storage storage;
    private final Progress progress;
    private final Steps steps = new Steps();
    private final SourceModel model;
    private final SourceText text;
    private final LevelPlan plan;
    private final SearchSpace space;
    private final List<Budget> budgets;
    private final EvolutionSettings settings;
    private final Objective objective;

    private SearchJob(RunConfig config, Storage storage, Progress progress) {
        this.config = config;
        this.storage = storage;
        this.progress = progress;
        this.model = steps.run("check model", () -> SourceModel.open(storage, config.model()));
        this.plan = LevelPlan.of(config.levels(), model.file().config());
        this.space = plan.space(model.file());
        this.budgets =
                config.search().budget().entries().stream().map(this::budget).toList();
        this.text = steps.run("read text", () -> SourceText.read(storage, model.file(), config));
        this.settings = settings();
        this.objective = Objective.of(config.search());
    }

    /** Reads and checks all input of a search. */
    public static SearchJob prepare(RunConfig config, Storage storage, Progress progress) {
        if (config.levels().depth() != null) {
            throw new InputException(
                    "levels.depth.units = " + config.levels().depth().units()
                            + " is not searched yet: a search chooses layer by layer, and sub-blocks are dropped as a whole.",
                    "leave levels.depth out; the levels command builds such a database.");
        }
        SearchJob job = new SearchJob(config, storage, progress);
        if (config.search().strategy() == Strategy.uniform) {
            job.budgets.forEach(new UniformAllocator(job.space)::allocate);
        }
        return job;
    }

    /** Runs the search and leaves its result in the directory. */
    public Result run(JavaSparkContext spark, RunDirectory directory) {
        ScoredText calibration = ScoredText.broadcast(spark, text.calibration(), samples());
        ScoredText holdout = ScoredText.broadcast(spark, text.holdout());
        LevelBuildJob build = new LevelBuildJob(spark, storage, progress, model, plan, calibration);
        Path folder = build.folder(LevelsJob.databases(storage, config));
        LevelManifest manifest = steps.run("levels", () -> build.run(folder));

        WorkCount work = new WorkCount();
        directory.searchState().ifPresent(state -> state.budgets().forEach(earlier -> work.add(earlier.work())));
        ExecutorModel.Source source = new ExecutorModel.Source(model.uri(), folder.toString());
        SparkScorer scorer = new SparkScorer(spark, source, calibration, work, 0, objective.divergence());
        SparkCandidateEvaluator evaluator = new SparkCandidateEvaluator(scorer, space, objective::of);
        EvolutionRun evolution = new EvolutionRun(space, settings, evaluator, work, directory, progress);
        LayerErrors errors = steps.run("measure layers", () -> layerErrors(manifest, spark, source, calibration, work));
        List<List<Proposal>> proposals = new ArrayList<>();
        for (int i = 0; i < budgets.size(); i++) {
            Budget budget = budgets.get(i);
            String name = name(config.search().budget().entries().get(i));
            proposals.add(steps.run("search", () -> proposals(budget, name, errors, evolution, evaluator)));
        }

        PointScorer points = new PointScorer(
                space,
                new SparkScorer(spark, source, calibration, work),
                new SparkScorer(spark, source, holdout, work),
                progress);
        Baselines baselines = steps.run("score points", () -> baselines(proposals, points));
        Front front = front(baselines);
        directory.write(
                front,
                baselines,
                Provenance.of(
                        config, model, calibration, holdout, manifest, folder, spark, work.total(), steps.seconds()));
        return new Result(directory, front, baselines);
    }

    /** What a run leaves behind. */
    public record Result(RunDirectory directory, Front front, Baselines baselines) {}

    private Budget budget(Budgets.Entry entry) {
        return switch (entry.kind()) {
            case averageBits -> Budget.ofAverageBits(space, entry.value());
            case bytes -> Budget.ofBytes(space, (long) entry.value());
            case ratio -> Budget.ofRatio(space, entry.value(), model.file().sizeInBytes());
            case sparsity -> sparsityBudget(entry.value());
        };
    }

    /** The size of a model of which this share is pruned; kept weights have 16 bits. */
    private Budget sparsityBudget(double share) {
        if (!config.levels().sparsityAlone() || share >= 1) {
            throw new InputException(
                    "search.budget.sparsity = " + share + " is no size here.",
                    config.levels().sparsityAlone()
                            ? "give a share below 1."
                            : "give bytes or ratio: levels has other families than sparsity.");
        }
        return Budget.ofAverageBits(space, 16 * (1 - share));
    }

    private static String name(Budgets.Entry entry) {
        return switch (entry.kind()) {
            case averageBits -> "at " + entry.value() + " bits";
            case bytes -> String.format("at %.2f MB", entry.value() / 1e6);
            case ratio -> "at ratio " + entry.value();
            case sparsity -> "at sparsity " + entry.value();
        };
    }

    private EvolutionSettings settings() {
        RunConfig.Search search = config.search();
        List<Stage> stages = search.stages().stream()
                .map(stage -> new Stage(stage.survivors(), wholeSequences(stage.tokens())))
                .toList();
        return new EvolutionSettings(search.generations(), search.offspring(), stages, search.seed());
    }

    /** Tokens of the minibatches that the stages draw. */
    private List<Long> samples() {
        return settings.stages().stream().map(Stage::tokens).toList();
    }

    private long wholeSequences(long tokens) {
        int length = config.calibration().sequenceLength();
        if (tokens < 1 || tokens > text.calibration().tokens()) {
            throw new InputException(
                    "search.stages asks for " + tokens + " tokens, the calibration text has "
                            + text.calibration().tokens() + ".",
                    "raise calibration.tokens or lower the stage.");
        }
        return Math.min(text.calibration().tokens(), (tokens + length - 1) / length * length);
    }

    /** The searched strategy first, then the baselines that are something else; uniform only where some level is. */
    private List<Proposal> proposals(
            Budget budget, String name, LayerErrors errors, EvolutionRun evolution, SparkCandidateEvaluator evaluator) {
        Set<Strategy> strategies = new LinkedHashSet<>(List.of(config.search().strategy()));
        strategies.addAll(List.of(Strategy.uniform, Strategy.allocation, Strategy.greedy, Strategy.random));
        List<Proposal> proposals = new ArrayList<>();
        for (Strategy strategy : strategies) {
            switch (strategy) {
                case evopress -> proposals.add(Proposal.of(strategy.name(), evolution.run(budget, name)));
                case random ->
                    proposals.add(
                            Proposal.of(strategy.name(), new RandomSearch(space, budget, settings, evaluator).run()));
                case uniform ->
                    new UniformAllocator(space)
                            .find(budget)
                            .ifPresent(found -> proposals.add(Proposal.free(strategy.name(), found)));
                case allocation ->
                    proposals.add(Proposal.of(
                            strategy.name(),
                            new LayerwiseAllocator(space, errors.errors()).minimizeError(budget),
                            errors));
                case greedy ->
                    proposals.add(Proposal.of(
                            strategy.name(), new GreedyAllocator(space, errors.errors()).allocate(budget), errors));
            }
        }
        return proposals;
    }

    private LayerErrors layerErrors(
            LevelManifest manifest,
            JavaSparkContext spark,
            ExecutorModel.Source source,
            ScoredText calibration,
            WorkCount work) {
        RunConfig.Allocation allocation = config.search().allocation();
        return allocation.error() == RunConfig.ErrorMeasure.measured
                ? LayerErrors.measured(space, new SparkScorer(spark, source, calibration, work), allocation.tokens())
                : LayerErrors.of(space, manifest, allocation.error());
    }

    private Baselines baselines(List<List<Proposal>> proposals, PointScorer points) {
        points.score(proposals.stream()
                .flatMap(List::stream)
                .map(Proposal::assignment)
                .toList());
        List<Baselines.AtBudget> atBudgets = new ArrayList<>();
        for (int i = 0; i < budgets.size(); i++) {
            int number = i + 1;
            List<Baselines.Contender> contenders = proposals.get(i).stream()
                    .map(p -> new Baselines.Contender(
                            points.point(p.strategy() + "-" + number, p.strategy(), p.assignment()),
                            p.evaluations(),
                            p.tokensEvaluated()))
                    .toList();
            atBudgets.add(new Baselines.AtBudget(budgets.get(i).sizeInBytes(), contenders));
        }
        return new Baselines(points.dense(model.file()), atBudgets);
    }

    /** All fully evaluated points that no other beats in size and calibration loss. */
    private Front front(Baselines baselines) {
        ParetoArchive<FrontPoint> archive = new ParetoArchive<>();
        for (Baselines.AtBudget budget : baselines.budgets()) {
            for (Baselines.Contender contender : budget.contenders()) {
                FrontPoint point = contender.point();
                archive.add(point.sizeInBytes(), objective.of(point.calibration()), point);
            }
        }
        return new Front(archive.points().stream().map(ParetoPoint::payload).toList());
    }
}
