package org.paretopress.jobs.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.paretopress.jobs.run.Baselines;
import org.paretopress.jobs.run.Baselines.AtBudget;
import org.paretopress.jobs.run.Baselines.Contender;
import org.paretopress.jobs.run.Baselines.WholeFront;
import org.paretopress.jobs.run.FrontPoint;

/** Believable runs: the cells of a sweep over strategies and seeds, some of another model, some failed. */
final class SampleRuns {

    private static final double[] BITS = {2.5, 3, 3.5, 4};

    private SampleRuns() {}

    static List<ComparedRun> sweep() {
        List<ComparedRun> runs = new ArrayList<>();
        runs.add(atBudgets("strategy=allocation,seed=0", "allocation", 16, 1));
        for (int seed = 0; seed < 4; seed++) {
            runs.add(atBudgets("strategy=evopress,seed=" + seed, "evopress", 16, 0.9 + 0.05 * seed));
        }
        for (int seed = 0; seed < 3; seed++) {
            runs.add(front("strategy=pareto,seed=" + seed, 16, 0.86 + 0.04 * seed, 20));
        }
        runs.add(atBudgets("strategy=greedy,seed=0", "greedy", 16, 1.3));
        runs.add(atBudgets("strategy=uniform,seed=0", "uniform", 16, 2.4));
        runs.add(ComparedRun.failed(
                "strategy=evopress,averageBits=1.5",
                "failed",
                "A budget of 2,575,000 bytes is below the smallest model of 3,080,000 bytes.\n"
                        + "Maybe search.budget.averageBits = 2 was meant."));
        return runs;
    }

    static List<ComparedRun> ofTwoModels() {
        return Stream.concat(
                        sweep().stream(),
                        Stream.of(
                                atBudgets("books-24L/evopress", "evopress", 15, 1.1),
                                atBudgets("books-24L/random", "random", 15, 2)))
                .toList();
    }

    /** As many as a large sweep has. */
    static List<ComparedRun> fronts(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> front("seed=" + i, 16, 0.9 + 0.01 * i, 30))
                .toList();
    }

    /** @param modelBits tell models apart */
    static ComparedRun atBudgets(String name, String strategy, double modelBits, double factor) {
        return run(
                name,
                strategy,
                new Baselines(SampleRun.point("dense", "dense", modelBits, 0), budgets(strategy, factor)));
    }

    private static ComparedRun front(String name, double modelBits, double factor, int points) {
        List<FrontPoint> found = IntStream.range(0, points)
                .mapToObj(i -> SampleRun.point("pareto-" + i, "pareto", 2.3 + 1.9 * i / points, factor))
                .toList();
        WholeFront whole = new WholeFront(found, 2688, 10_485_760, 1, 1, 1, 1, 0, 0);
        FrontPoint dense = SampleRun.point("dense", "dense", modelBits, 0);
        return run(name, "pareto", new Baselines(dense, budgets("pareto", factor), whole));
    }

    private static ComparedRun run(String name, String strategy, Baselines baselines) {
        return new ComparedRun(name, "done", "", RelativeLink.of(name + "/report.html"), strategy, baselines);
    }

    private static List<AtBudget> budgets(String strategy, double factor) {
        return DoubleStream.of(BITS)
                .mapToObj(bits -> new AtBudget(
                        1_060_000 + Math.round(bits * 1_010_000),
                        Stream.of(
                                        contender(strategy, bits - 0.01, factor, 5_242_880),
                                        contender("allocation", bits - 0.02, 1, 2_752_512),
                                        contender("uniform", bits - 0.1, 2.4, 0))
                                .filter(one -> one.evaluations() == 1280
                                        || !one.point().strategy().equals(strategy))
                                .toList()))
                .toList();
    }

    private static Contender contender(String strategy, double bits, double factor, long tokens) {
        return new Contender(SampleRun.point(strategy + "-" + bits, strategy, bits, factor), tokens / 4096, tokens);
    }
}
