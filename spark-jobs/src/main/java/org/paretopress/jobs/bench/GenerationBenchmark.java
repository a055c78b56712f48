package org.paretopress.jobs.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.paretopress.jobs.cluster.ExecutorModel;
import org.paretopress.jobs.cluster.ScoredText;
import org.paretopress.jobs.cluster.SparkCandidateEvaluator;
import org.paretopress.jobs.cluster.SparkScorer;
import org.paretopress.jobs.cluster.TaskDevice;
import org.paretopress.jobs.cluster.WorkCount;
import org.paretopress.jobs.input.SourceModel;
import org.paretopress.jobs.levels.LevelPlan;
import org.paretopress.jobs.run.Progress;
import org.paretopress.jobs.run.Work;
import org.paretopress.jobs.storage.Storage;
import org.paretopress.kernels.compress.RoundToNearest;
import org.paretopress.kernels.compress.UniformGrids;
import org.paretopress.kernels.forward.Loss;
import org.paretopress.kernels.forward.WeightCache;
import org.paretopress.kernels.text.TokenSequences;
import org.paretopress.search.evolve.EvolutionSearch;
import org.paretopress.search.evolve.EvolutionSettings;
import org.paretopress.search.evolve.Stage;
import org.paretopress.search.space.Budget;
import org.paretopress.search.space.SearchSpace;

/**
 * Candidates a second in generations of EvoPress, through Spark as in a search: offspring of the uniform 3-bit assignment, 2 to 6
 * bits. Text and levels are made up: they do not change the work.
 */
final class GenerationBenchmark {

    private static final UniformGrids GRIDS =
            new UniformGrids(List.of(2, 3, 4, 5, 6), 64, false, UniformGrids.Fit.range);
    private static final long LEAST_TEXT_TOKENS = 65_536;

    /** Generations that run before the clock does. */
    private static final int WARM_UP = 2;

    /** What a generation is. */
    record Generation(int offspring, List<Stage> stages) {}

    /**
     * The result, over all generations that were measured.
     *
     * @param candidatesPerSecond evaluations ÷ seconds; a candidate counts once in every stage that it reaches
     * @param tokens tokens evaluated
     * @param driver what the driver took of the time
     * @param residentBytes of this process behind the first and behind the last of them, where the system tells
     */
    record Measurement(
            double candidatesPerSecond,
            long evaluations,
            long tokens,
            double seconds,
            int generations,
            long blockForwardsDone,
            long blockForwardsSaved,
            Driver driver,
            List<Long> residentBytes) {}

    /**
     * What the driver, and Spark, took of the time: all beyond what the tasks of each stage would have taken on as many cores, had launching
     * and gathering them cost nothing.
     *
     * @param share of the time
     * @param secondsAStage the same for each stage of selection
     */
    record Driver(double share, double secondsAStage) {}

    private final JavaSparkContext spark;
    private final Storage storage;
    private final Progress progress;
    private final SourceModel model;
    private final int sequenceLength;
    private final Generation generation;

    GenerationBenchmark(
            JavaSparkContext spark,
            Storage storage,
            Progress progress,
            SourceModel model,
            int sequenceLength,
            Generation generation) {
        this.spark = spark;
        this.storage = storage;
        this.progress = progress;
        this.model = model;
        this.sequenceLength = sequenceLength;
        this.generation = generation;
    }

    /** @param folder for the level database; the caller removes it */
    Measurement measure(Path folder, int generations) {
        TokenSequences random = randomText();
        LevelPlan plan = LevelPlan.of(new RoundToNearest(GRIDS));
        progress.say("making up levels of " + model.file().config().layers().size() + " layers");
        new MadeUpLevels(GRIDS).write(model, storage, folder);

        SearchSpace space = plan.space(model.file());
        WorkCount work = new WorkCount(progress::say);
        ScoredText text = ScoredText.broadcast(
                spark, random, generation.stages().stream().map(Stage::tokens).toList());
        ExecutorModel.Source source = new ExecutorModel.Source(model.uri(), folder.toString());
        SparkScorer scorer = new SparkScorer(spark, source, text, work);
        predictDense(scorer, space);
        EvolutionSettings settings =
                new EvolutionSettings(WARM_UP + generations, generation.offspring(), generation.stages(), 0);
        SparkCandidateEvaluator evaluator = new SparkCandidateEvaluator(scorer, space, Loss::meanKl);
        List<Tick> ticks = new ArrayList<>();
        double[] taskSeconds = new double[2];
        try (Progress.Step step = progress.start("generations", WARM_UP + generations);
                TaskTimes times = new TaskTimes(spark)) {
            new EvolutionSearch(space, Budget.ofAverageBits(space, 3), settings, evaluator).run(done -> {
                if (done.number() > 0) {
                    step.advance("");
                }
                if (done.number() == WARM_UP) {
                    taskSeconds[0] = times.secondsOfTasks();
                }
                ticks.add(new Tick(System.nanoTime(), work.total(), ResidentMemory.now()));
            });
            taskSeconds[1] = times.secondsOfTasks();
        }
        return measurement(ticks.subList(WARM_UP, ticks.size()), taskSeconds[1] - taskSeconds[0]);
    }

    private record Tick(long nanoTime, Work work, Optional<Long> resident) {}

    /**
     * What was measured.
     *
     * @param ticks before the first generation and behind every one
     * @param taskSeconds that the tasks of all stages between would have taken alone
     */
    private Measurement measurement(List<Tick> ticks, double taskSeconds) {
        Tick start = ticks.get(0);
        Tick end = ticks.get(ticks.size() - 1);
        int generations = ticks.size() - 1;
        double seconds = (end.nanoTime() - start.nanoTime()) / 1e9;
        double besideTasks = seconds - taskSeconds;
        Work done = end.work().minus(start.work());
        List<Long> resident = List.of(ticks.get(1), end).stream()
                .map(Tick::resident)
                .flatMap(Optional::stream)
                .toList();
        return new Measurement(
                done.evaluations() / seconds,
                done.evaluations(),
                done.tokensEvaluated(),
                seconds,
                generations,
                done.blockForwardsDone(),
                done.blockForwardsSaved(),
                new Driver(
                        besideTasks / seconds,
                        besideTasks / generations / generation.stages().size()),
                resident);
    }

    /** What a search computes once, whatever its length, is not counted. */
    private static void predictDense(SparkScorer scorer, SearchSpace space) {
        String[] dense = new String[space.layers().size()];
        Arrays.fill(dense, WeightCache.DENSE);
        scorer.score(List.<String[]>of(dense), scorer.text().groups().all(), "dense predictions");
    }

    private TokenSequences randomText() {
        int vocabulary = model.file().config().vocabularySize();
        int together = TaskDevice.together(spark.getConf(), sequenceLength);
        long wanted = generation.stages().stream().mapToLong(Stage::tokens).reduce(LEAST_TEXT_TOKENS, Math::max);
        int tokens = Math.toIntExact(wanted / (together * sequenceLength) * (together * sequenceLength));
        return new TokenSequences(
                sequenceLength,
                new SplittableRandom(1).ints(tokens, 0, vocabulary).toArray());
    }
}
