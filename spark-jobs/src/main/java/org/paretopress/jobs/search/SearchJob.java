package org.paretopress.jobs.search;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.paretopress.jobs.InputException;
import org.paretopress.jobs.cluster.EvaluationLog;
import org.paretopress.jobs.cluster.ExecutorModel;
import org.paretopress.jobs.cluster.ScoredText;
import org.paretopress.jobs.cluster.SparkCandidateEvaluator;
import org.paretopress.jobs.cluster.SparkScorer;
import org.paretopress.jobs.cluster.WorkCount;
import org.paretopress.jobs.config.ConfigReader;
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
import org.paretopress.jobs.run.Metrics;
import org.paretopress.jobs.run.Progress;
import org.paretopress.jobs.run.RunDirectory;
import org.paretopress.jobs.run.Steps;
import org.paretopress.jobs.run.Work;
import org.paretopress.jobs.storage.Digest;
import org.paretopress.jobs.storage.Storage;
import org.paretopress.kernels.levels.LevelManifest;
import org.paretopress.kernels.ops.Divergence;
import org.paretopress.kernels.ops.Kernels;
import org.paretopress.search.allocate.ResourceLimit;
import org.paretopress.search.allocate.UniformAllocator;
import org.paretopress.search.evolve.Acceptance;
import org.paretopress.search.evolve.EvolutionSettings;
import org.paretopress.search.evolve.Stage;
import org.paretopress.search.front.ParetoArchive;
import org.paretopress.search.front.ParetoPoint;
import org.paretopress.search.space.Budget;
import org.paretopress.search.space.Layer;
import org.paretopress.search.space.SearchSpace;

/**
 * The main job: from a model and text to a Pareto front of size against loss.
 *
 * <p>Everything that can be wrong with the input is found by {@link #prepare}, before Spark starts.
 */
public final class SearchJob {

    /** Text of the table of an assisted search for a front, in that of the allocations. */
    private static final int REFINEMENT = 4;

    /** What of an assisted search may go into its table: one part of so many. */
    private static final int LARGEST_SHARE = 4;

    private final RunConfig config;
    private final Storage storage;
    private final Progress progress;
    private final Steps steps = new Steps();
    private final SourceModel model;
    private final SourceText text;
    private final LevelPlan plan;
    private final SearchSpace space;
    private final SearchedSizes sizes;
    private final List<ResourceLimit> limits;
    private final EvolutionSettings settings;
    private final Objective objective;
    private final References references;

    private SearchJob(RunConfig config, Storage storage, Progress progress, Function<String, SourceModel> models) {
        this.config = config;
        this.storage = storage;
        this.progress = progress;
        this.model = steps.run("check model", () -> models.apply(config.model()));
        this.plan = LevelPlan.of(config.levels(), model.file().config());
        this.space = Restrictions.apply(plan.space(model.file()), config.search());
        this.sizes = new SearchedSizes(config, space, model.file());
        requireChoice(sizes.beforeErrors());
        this.limits = Limits.of(space, config.search());
        this.text = steps.run("read text", () -> SourceText.read(storage, model.file(), config));
        this.settings = settings();
        this.objective = Objective.of(config.search());
        this.references = References.read(storage, config.search().references(), space);
    }

    /** That the strategy has something to find at each size. */
    private void requireChoice(List<SearchedSizes.Size> known) {
        for (SearchedSizes.Size size : known) {
            if (config.search().strategy() == Strategy.uniform) {
                new UniformAllocator(space).allocate(size.budget());
            }
            if (config.search().strategy() == Strategy.evopress
                    && !size.budget().leavesChoice(space)) {
                throw new InputException(
                        "search.budget, " + size.name() + ", leaves nothing to search: within "
                                + size.budget().sizeInBytes() + " bytes every layer has its smallest level.",
                        "raise it, or leave it to strategy: uniform.");
            }
        }
    }

    /** Reads and checks all input of a search. */
    public static SearchJob prepare(RunConfig config, Storage storage, Progress progress) {
        return prepare(config, storage, progress, path -> SourceModel.openOriginal(storage, path));
    }

    /** The same with models that somebody else opens, to share them. */
    public static SearchJob prepare(
            RunConfig config, Storage storage, Progress progress, Function<String, SourceModel> models) {
        return new SearchJob(config, storage, progress, models);
    }

    /** The configuration as the run's directory keeps it: with whole paths. */
    public String configuration() {
        return new ConfigReader()
                .write(config.resolved(path -> storage.qualified(path).toString()));
    }

    /** The level database of this search; others with the same text share it. */
    public String levelsKey() {
        return LevelBuildJob.key(model, text.calibration(), plan);
    }

    /** Whether a finished run has read what this one would read: the same model and text under the same configuration. */
    public boolean isAnsweredBy(RunDirectory run) {
        return run.isFinished() && isBegunIn(run);
    }

    /** Whether what a directory holds was begun with the same model and text under the same configuration. */
    public boolean isBegunIn(RunDirectory run) {
        return run.config().equals(configuration()) && hasInputsOf(run);
    }

    private boolean hasInputsOf(RunDirectory run) {
        return run.provenanceIfAny()
                .map(provenance -> Provenance.reads(provenance, model, text, references))
                .orElse(true);
    }

    /** Builds the level database alone, where it is missing. */
    public void buildLevels(JavaSparkContext spark) {
        ScoredText calibration = ScoredText.broadcast(spark, text.calibration());
        LevelBuildJob build = new LevelBuildJob(spark, storage, progress, model, plan, calibration);
        build.run(build.folder(LevelsJob.databases(storage, config)));
    }

    /** Runs the search and leaves its result in the directory. */
    public Result run(JavaSparkContext spark, RunDirectory directory) {
        if (directory.goesOn() && !hasInputsOf(directory)) {
            throw new InputException(
                    "output = " + config.output()
                            + " holds a run on another model, other text or other references of the same names.",
                    "begin anew with --overwrite.");
        }
        directory.writeLevelBits(levelBits());
        directory.write(Provenance.ofInputs(model, text, references));
        ScoredText calibration = ScoredText.broadcast(spark, text.calibration(), samples());
        ScoredText holdout = ScoredText.broadcast(spark, text.holdout());
        LevelBuildJob build = new LevelBuildJob(spark, storage, progress, model, plan, calibration);
        Path folder = build.folder(LevelsJob.databases(storage, config));
        LevelManifest manifest = steps.run("levels", () -> build.run(folder));

        WorkCount work = new WorkCount(progress::say);
        Scorers scorers = scorers(spark, directory, calibration, holdout, manifest, folder, work);
        LayerErrors errors = steps.run("measure layers", () -> layerErrors(manifest, scorers.onCalibration()));
        LayerErrors refined = steps.run("measure layers", () -> refined(errors, scorers.onCalibration()));
        Allocations allocations = new Allocations(space, errors, limits, progress);
        Allocations starts = new Allocations(space, refined, limits, progress);
        List<SearchedSizes.Size> found = sizes.all(allocations);
        requireChoice(found);
        List<Budget> budgets = found.stream().map(SearchedSizes.Size::budget).toList();
        references
                .above(budgets)
                .forEach(name -> progress.say("search.references." + name + " is above every budget and left out"));
        SparkCandidateEvaluator evaluator = new SparkCandidateEvaluator(scorers.searched(), space, objective::of);
        EvolutionRun evolution =
                new EvolutionRun(directory, progress, config.search(), objective, () -> metrics(directory, work));
        Contest contest = new Contest(
                space, config.search(), settings, evaluator, allocations, starts, evolution, budgets, references);
        List<List<Proposal>> proposals = new ArrayList<>();
        for (int i = 0; i < found.size(); i++) {
            SearchedSizes.Size size = found.get(i);
            int number = i + 1;
            proposals.add(steps.run("search", () -> contest.at(size.budget(), number, size.name())));
        }

        PointScorer points = new PointScorer(space, scorers.onCalibration(), scorers.onHoldout(), progress);
        Baselines baselines = steps.run("score points", () -> baselines(found, proposals, points, contest));
        Front front = front(baselines, points, contest);
        directory.write(
                front,
                baselines,
                Provenance.of(
                        config,
                        model,
                        calibration,
                        holdout,
                        references,
                        manifest,
                        folder,
                        spark,
                        work,
                        steps.seconds(),
                        scorers.log().takenOver()));
        directory.write(metrics(directory, work));
        scorers.log().join();
        tellInfeasible(work);
        return new Result(directory, front, baselines);
    }

    private Map<String, Map<String, Double>> levelBits() {
        Map<String, Map<String, Double>> bits = new LinkedHashMap<>();
        for (Layer layer : space.layers()) {
            Map<String, Double> ofLayer = new LinkedHashMap<>();
            layer.levels().forEach(level -> ofLayer.put(level.name(), 8.0 * level.sizeInBytes() / layer.parameters()));
            layer.members().forEach(member -> bits.put(member, ofLayer));
        }
        return bits;
    }

    private static Metrics metrics(RunDirectory directory, WorkCount work) {
        return new Metrics(directory.name(), work.total(), work.infeasible().size(), work.cacheCounts());
    }

    private void tellInfeasible(WorkCount work) {
        Collection<String> reasons = work.infeasible().values();
        if (!reasons.isEmpty()) {
            progress.say(reasons.size() + " candidates could not be scored and count as infeasible, the first: "
                    + reasons.iterator().next() + "; provenance.json names all");
        }
    }

    /**
     * What learns losses, and where they are kept.
     *
     * @param searched on the calibration text, as the search compares
     * @param onCalibration with the full divergence, as points are compared
     * @param onHoldout likewise
     */
    private record Scorers(EvaluationLog log, SparkScorer searched, SparkScorer onCalibration, SparkScorer onHoldout) {}

    private Scorers scorers(
            JavaSparkContext spark,
            RunDirectory directory,
            ScoredText calibration,
            ScoredText holdout,
            LevelManifest manifest,
            Path levels,
            WorkCount work) {
        ExecutorModel.Source source = new ExecutorModel.Source(model.uri(), levels.toString());
        List<String> kernels = ExecutorModel.kernels(spark, source, work);
        if (kernels.size() > 1) {
            progress.say("tasks compute with different kernels, so the result depends on which of them do what: "
                    + String.join("; ", kernels));
        }
        Divergence divergence = objective.divergence();
        String searchKey = key(kernels, manifest, levels, calibration, divergence);
        String calibrationKey = key(kernels, manifest, levels, calibration, Divergence.FULL);
        String holdoutKey = key(kernels, manifest, levels, holdout, Divergence.FULL);
        EvaluationLog log = new EvaluationLog(
                storage, directory.folder(), directory.goesOn(), List.of(searchKey, calibrationKey, holdoutKey));
        work.add(new Work(0, 0, log.blockForwards(), -log.blockForwards()));
        return new Scorers(
                log,
                new SparkScorer(spark, source, calibration, work, 0, divergence, log.losses(searchKey)),
                new SparkScorer(spark, source, calibration, work, 0, Divergence.FULL, log.losses(calibrationKey)),
                new SparkScorer(spark, source, holdout, work, 0, Divergence.FULL, log.losses(holdoutKey)));
    }

    /** What losses are a function of, beside the candidate. */
    private String key(
            List<String> kernels, LevelManifest manifest, Path levels, ScoredText scored, Divergence divergence) {
        String all = String.join(
                "\n",
                model.sha256(),
                levels.getName(),
                manifest.methods().toString(),
                scored.fingerprint(),
                scored.sequences().sequenceLength() + "x" + scored.groups().together(),
                String.valueOf(divergence) + (kernels.equals(List.of(Kernels.CPU)) ? "" : "\n" + kernels));
        return Digest.ofText(all).substring(0, 16);
    }

    /** What a run leaves behind. */
    public record Result(RunDirectory directory, Front front, Baselines baselines) {}

    private EvolutionSettings settings() {
        RunConfig.Search search = config.search();
        List<Stage> stages = search.stages().stream()
                .map(stage -> new Stage(stage.survivors(), wholeSequences(stage.tokens())))
                .toList();
        Acceptance acceptance =
                search.acceptance() == RunConfig.Acceptance.paired ? Acceptance.PAIRED : Acceptance.MINIBATCH;
        return new EvolutionSettings(search.generations(), search.offspring(), stages, search.seed(), acceptance);
    }

    /** Tokens of the minibatches that the stages draw, and of the cells of the measured table. */
    private List<Long> samples() {
        Stream<Long> stages = settings.stages().stream().map(Stage::tokens);
        Integer cell = config.search().allocation().tokens();
        return cell == null
                ? stages.toList()
                : Stream.concat(stages, Stream.of((long) cell)).toList();
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

    private LayerErrors layerErrors(LevelManifest manifest, SparkScorer scorer) {
        RunConfig.Allocation allocation = config.search().allocation();
        return allocation.error() == RunConfig.ErrorMeasure.measured
                ? LayerErrors.measured(space, scorer, allocation.tokens())
                : LayerErrors.of(space, manifest, allocation.error());
    }

    /**
     * What an assisted search for a front begins with: errors measured on more text than those that the allocations beside it stand
     * on, where that costs at most a quarter of the search. What a table has wrong by chance is wrong at every size, and the same
     * tokens spent on offspring, each of one size, find less of it.
     */
    private LayerErrors refined(LayerErrors errors, SparkScorer scorer) {
        RunConfig.Search search = config.search();
        if (search.strategy() != Strategy.pareto
                || !search.assisted()
                || search.allocation().error() != RunConfig.ErrorMeasure.measured) {
            return errors;
        }
        long planned = settings.generations() * settings.tokensOfGeneration();
        if (search.stop().tokens() != null) {
            planned = Math.min(planned, search.stop().tokens());
        }
        long before = search.allocation().tokens();
        long tokens = REFINEMENT * before;
        boolean pays = tokens <= text.calibration().tokens()
                && errors.evaluations() * (tokens - before) <= planned / LARGEST_SHARE;
        return pays ? LayerErrors.measured(space, scorer, tokens).after(errors) : errors;
    }

    private Baselines baselines(
            List<SearchedSizes.Size> found, List<List<Proposal>> proposals, PointScorer points, Contest contest) {
        points.score(Stream.concat(proposals.stream().flatMap(List::stream), contest.front().stream())
                .map(Proposal::assignment)
                .toList());
        List<List<Proposal>> usable = proposals.stream().map(points::feasible).toList();
        Verification verification = new Verification(points, contest);
        List<Baselines.AtBudget> atBudgets = new ArrayList<>();
        for (int i = 0; i < found.size(); i++) {
            atBudgets.add(verification.of(found.get(i).budget(), usable.get(i)));
        }
        return new Baselines(points.dense(model.file()), atBudgets, verification.ofFront());
    }

    /** All fully evaluated points that no other beats in size and calibration loss. */
    private Front front(Baselines baselines, PointScorer points, Contest contest) {
        ParetoArchive<FrontPoint> archive = new ParetoArchive<>();
        for (Proposal found : contest.front().stream()
                .filter(one -> points.isFeasible(one.assignment()))
                .toList()) {
            FrontPoint point = points.point(found.id(), found.strategy(), found.assignment());
            archive.add(point.sizeInBytes(), objective.of(point.calibration()), point);
        }
        for (Baselines.AtBudget budget : baselines.budgets()) {
            for (Baselines.Contender contender : budget.contenders()) {
                FrontPoint point = contender.point();
                archive.add(point.sizeInBytes(), objective.of(point.calibration()), point);
            }
        }
        return new Front(archive.points().stream().map(ParetoPoint::payload).toList());
    }
}
