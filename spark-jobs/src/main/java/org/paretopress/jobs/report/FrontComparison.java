package org.paretopress.jobs.report;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.paretopress.jobs.InputException;
import org.paretopress.jobs.input.FinishedRun;
import org.paretopress.jobs.run.FrontPoint;
import org.paretopress.search.front.Hypervolume;
import org.paretopress.search.front.ParetoPoint;

/**
 * What the searched strategies of several runs reached, by the hypervolume of their points on held-out text. Baselines
 * that stood beside them are left out.
 *
 * @param referenceSizeInBytes of the hypervolumes: above the largest size of all runs
 * @param referenceKl likewise: the largest divergence
 */
public record FrontComparison(long referenceSizeInBytes, double referenceKl, List<Row> runs) {

    private static final String COLUMNS = "  %-24s %-12s %8s %14s %16s%n";

    /**
     * One run.
     *
     * @param tokensEvaluated by all its searches; what searches have in common, such as a table of layer errors, counts
     *     with each
     * @param hypervolume in bytes times nats
     */
    public record Row(String run, String strategy, int points, long tokensEvaluated, double hypervolume) {}

    /** @throws InputException if two runs were not of one model and one held-out text */
    public static FrontComparison of(List<String> names, List<FinishedRun> runs) {
        List<ComparedRun> compared = IntStream.range(0, runs.size())
                .mapToObj(i -> ComparedRun.of(names.get(i), "", "", runs.get(i)))
                .toList();
        for (ComparedRun run : compared) {
            if (!run.isAlike(compared.get(0))) {
                throw new InputException(
                        "The runs " + names.get(0) + " and " + run.name()
                                + " compress different models, or hold different text out.",
                        "compare runs of one model and one holdout, or have a page of them all by --to FILE.html.");
            }
        }
        return between(compared);
    }

    /** One comparison for all runs of one model and one held-out text, in the order of their first runs. */
    public static List<FrontComparison> ofEachGroup(List<ComparedRun> runs) {
        return RunGroup.of(runs).stream()
                .flatMap(group -> group.comparison().stream())
                .toList();
    }

    /** @param runs alike; one of them has a point */
    static FrontComparison between(List<ComparedRun> runs) {
        List<List<ParetoPoint<FrontPoint>>> fronts =
                runs.stream().map(FrontComparison::points).toList();
        Hypervolume hypervolume = Hypervolume.below(fronts);
        List<Row> rows = IntStream.range(0, runs.size())
                .mapToObj(i -> new Row(
                        runs.get(i).name(),
                        runs.get(i).strategy(),
                        fronts.get(i).size(),
                        runs.get(i).tokensEvaluated(),
                        hypervolume.of(fronts.get(i))))
                .toList();
        return new FrontComparison(hypervolume.referenceSizeInBytes(), hypervolume.referenceLoss(), rows);
    }

    private static List<ParetoPoint<FrontPoint>> points(ComparedRun run) {
        return run.searched().stream()
                .map(point ->
                        new ParetoPoint<>(point.sizeInBytes(), point.holdout().kl(), point))
                .toList();
    }

    /** Sequences that go through a model in other groups may round otherwise. */
    static boolean alike(FrontPoint one, FrontPoint other) {
        double ratio = one.holdout().perplexity() / other.holdout().perplexity();
        return one.sizeInBytes() == other.sizeInBytes() && Math.abs(ratio - 1) < 1e-5;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "Held-out KL against size; hypervolume in bytes times nats, below %.3f MB and %.5f nats%n",
                referenceSizeInBytes / 1e6,
                referenceKl));
        text.append(String.format(COLUMNS, "run", "strategy", "points", "tokens", "hypervolume"));
        for (Row row : runs) {
            text.append(String.format(
                    COLUMNS,
                    row.run(),
                    row.strategy(),
                    row.points(),
                    String.format(Locale.ROOT, "%,d", row.tokensEvaluated()),
                    String.format(Locale.ROOT, "%.2f", row.hypervolume())));
        }
        return text.toString().stripTrailing();
    }
}
