package org.paretopress.jobs.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.paretopress.jobs.cluster.SparkScorer;
import org.paretopress.jobs.run.FrontPoint;
import org.paretopress.jobs.run.FrontPoint.Quality;
import org.paretopress.jobs.run.Progress;
import org.paretopress.kernels.forward.Loss;
import org.paretopress.kernels.forward.WeightCache;
import org.paretopress.kernels.model.ModelFile;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.SearchSpace;

/** Scores finished assignments on the whole calibration text and on the holdout, each assignment once. */
final class PointScorer {

    private final SearchSpace space;
    private final SparkScorer calibration;
    private final SparkScorer holdout;
    private final Progress progress;
    private final Map<Assignment, Quality[]> scored = new LinkedHashMap<>();

    PointScorer(SearchSpace space, SparkScorer calibration, SparkScorer holdout, Progress progress) {
        this.space = space;
        this.calibration = calibration;
        this.holdout = holdout;
        this.progress = progress;
    }

    /** Scores all that were not scored before, together. */
    void score(List<Assignment> assignments) {
        List<Assignment> missing = assignments.stream()
                .distinct()
                .filter(assignment -> !scored.containsKey(assignment))
                .toList();
        List<String[]> levels = missing.stream()
                .map(assignment -> space.levelNames(assignment).values().toArray(new String[0]))
                .toList();
        List<Quality[]> qualities = qualities(levels);
        for (int i = 0; i < missing.size(); i++) {
            scored.put(missing.get(i), qualities.get(i));
        }
    }

    /** The point of an assignment that was scored. */
    FrontPoint point(String id, String strategy, Assignment assignment) {
        Quality[] quality = scored.get(assignment);
        return new FrontPoint(
                id,
                strategy,
                space.sizeInBytes(assignment),
                space.averageBits(assignment),
                quality[0],
                quality[1],
                space.levelNames(assignment));
    }

    /** The original model as a point. */
    FrontPoint dense(ModelFile model) {
        String[] levels = new String[space.layers().size()];
        Arrays.fill(levels, WeightCache.DENSE);
        Quality[] quality = qualities(List.<String[]>of(levels)).get(0);
        Map<String, String> assignment = new LinkedHashMap<>();
        space.layers().forEach(layer -> assignment.put(layer.name(), WeightCache.DENSE));
        long layerBytes = model.sizeInBytes() - model.fixedSizeInBytes();
        long parameters =
                space.layers().stream().mapToLong(layer -> layer.parameters()).sum();
        return new FrontPoint(
                WeightCache.DENSE,
                WeightCache.DENSE,
                model.sizeInBytes(),
                8.0 * layerBytes / parameters,
                new Quality(0, quality[0].perplexity()),
                new Quality(0, quality[1].perplexity()),
                assignment);
    }

    /** On the calibration text and on the holdout. */
    private List<Quality[]> qualities(List<String[]> levels) {
        if (levels.isEmpty()) {
            return List.of();
        }
        try (Progress.Step step = progress.start("score " + levels.size() + " points", 2)) {
            return qualities(levels, step);
        }
    }

    private List<Quality[]> qualities(List<String[]> levels, Progress.Step step) {
        List<Loss> onCalibration =
                calibration.score(levels, calibration.text().all(), "score points on calibration text");
        step.advance("");
        List<Loss> onHoldout = holdout.score(levels, holdout.text().all(), "score points on holdout text");
        step.advance("");
        List<Quality[]> qualities = new ArrayList<>();
        for (int i = 0; i < levels.size(); i++) {
            qualities.add(new Quality[] {quality(onCalibration.get(i)), quality(onHoldout.get(i))});
        }
        return qualities;
    }

    private static Quality quality(Loss loss) {
        return new Quality(loss.meanKl(), loss.perplexity());
    }
}
