package org.paretopress.jobs.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.paretopress.jobs.cluster.SequenceLosses;
import org.paretopress.jobs.cluster.SparkScorer;
import org.paretopress.jobs.run.FrontPoint;
import org.paretopress.jobs.run.FrontPoint.Quality;
import org.paretopress.jobs.run.Progress;
import org.paretopress.kernels.forward.Loss;
import org.paretopress.kernels.forward.WeightCache;
import org.paretopress.kernels.model.ModelFile;
import org.paretopress.search.fitness.PairedComparison;
import org.paretopress.search.fitness.Score;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.SearchSpace;

/** Scores finished assignments on the whole calibration text and on the holdout, each assignment once. */
final class PointScorer {

    private final SearchSpace space;
    private final SparkScorer calibration;
    private final SparkScorer holdout;
    private final Progress progress;
    private final Map<Assignment, Scored> scored = new LinkedHashMap<>();

    /** Quality on both texts, and the divergence on each sequence of the holdout. */
    private record Scored(Quality calibration, Quality holdout, Score onHoldout) {}

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
        List<Scored> qualities = qualities(levels);
        for (int i = 0; i < missing.size(); i++) {
            scored.put(missing.get(i), qualities.get(i));
        }
    }

    /** The point of an assignment that was scored. */
    FrontPoint point(String id, String strategy, Assignment assignment) {
        Scored quality = scored.get(assignment);
        return new FrontPoint(
                id,
                strategy,
                space.sizeInBytes(assignment),
                space.averageBits(assignment),
                quality.calibration(),
                quality.holdout(),
                space.levelNames(assignment));
    }

    /** The difference of the divergences of two assignments that were scored, on held-out text. */
    PairedComparison compare(Assignment first, Assignment second) {
        return PairedComparison.of(
                scored.get(first).onHoldout(), scored.get(second).onHoldout());
    }

    /** The original model as a point. */
    FrontPoint dense(ModelFile model) {
        String[] levels = new String[model.config().layers().size()];
        Arrays.fill(levels, WeightCache.DENSE);
        Scored quality = qualities(List.<String[]>of(levels)).get(0);
        Map<String, String> assignment = new LinkedHashMap<>();
        space.layers().stream()
                .flatMap(layer -> layer.members().stream())
                .forEach(name -> assignment.put(name, WeightCache.DENSE));
        long layerBytes = model.sizeInBytes() - model.fixedSizeInBytes();
        long parameters =
                space.layers().stream().mapToLong(layer -> layer.parameters()).sum();
        return new FrontPoint(
                WeightCache.DENSE,
                WeightCache.DENSE,
                model.sizeInBytes(),
                8.0 * layerBytes / parameters,
                new Quality(0, quality.calibration().perplexity()),
                new Quality(0, quality.holdout().perplexity()),
                assignment);
    }

    private List<Scored> qualities(List<String[]> levels) {
        if (levels.isEmpty()) {
            return List.of();
        }
        try (Progress.Step step = progress.start("score " + levels.size() + " points", 2)) {
            List<SequenceLosses> onCalibration =
                    calibration.score(levels, calibration.text().all(), "score points on calibration text");
            step.advance("");
            List<SequenceLosses> onHoldout =
                    holdout.score(levels, holdout.text().all(), "score points on holdout text");
            step.advance("");
            List<Scored> qualities = new ArrayList<>();
            for (int i = 0; i < levels.size(); i++) {
                qualities.add(new Scored(
                        quality(onCalibration.get(i)),
                        quality(onHoldout.get(i)),
                        onHoldout.get(i).score(Loss::meanKl)));
            }
            return qualities;
        }
    }

    private static Quality quality(SequenceLosses losses) {
        Loss sum = losses.sum();
        return new Quality(sum.meanKl(), sum.perplexity());
    }
}
