package org.paretopress.jobs.search;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.paretopress.jobs.RunFailedException;
import org.paretopress.jobs.cluster.SequenceLosses;
import org.paretopress.jobs.cluster.SparkScorer;
import org.paretopress.jobs.run.FrontPoint;
import org.paretopress.jobs.run.FrontPoint.Quality;
import org.paretopress.jobs.run.Progress;
import org.paretopress.kernels.forward.Loss;
import org.paretopress.kernels.forward.WeightCache;
import org.paretopress.kernels.model.ModelFile;
import org.paretopress.search.fitness.PairedComparison;
import org.paretopress.search.front.ParetoPoint;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.SearchSpace;

/** Scores finished assignments on the whole calibration text and on the holdout, each assignment once. */
final class PointScorer {

    private final SearchSpace space;
    private final SparkScorer calibration;
    private final SparkScorer holdout;
    private final Progress progress;
    private final Map<Assignment, SequenceLosses> onCalibration = new LinkedHashMap<>();
    private final Map<Assignment, SequenceLosses> onHoldout = new LinkedHashMap<>();

    PointScorer(SearchSpace space, SparkScorer calibration, SparkScorer holdout, Progress progress) {
        this.space = space;
        this.calibration = calibration;
        this.holdout = holdout;
        this.progress = progress;
    }

    /** Scores all that were not scored before, together. */
    void score(List<Assignment> assignments) {
        score(assignments, calibration, onCalibration, "calibration text");
        scoreOnHoldout(assignments);
    }

    /** The same on the holdout alone: for what is compared, but is no point of its own. */
    void scoreOnHoldout(List<Assignment> assignments) {
        score(assignments, holdout, onHoldout, "held-out text");
    }

    private void score(
            List<Assignment> assignments, SparkScorer scorer, Map<Assignment, SequenceLosses> known, String text) {
        List<Assignment> missing = assignments.stream()
                .distinct()
                .filter(assignment -> !known.containsKey(assignment))
                .toList();
        if (missing.isEmpty()) {
            return;
        }
        List<String[]> levels = missing.stream().map(this::levels).toList();
        try (Progress.Step step = progress.start("score " + missing.size() + " points on " + text, 1)) {
            List<SequenceLosses> losses =
                    scorer.score(levels, scorer.text().groups().all(), "score points on " + text);
            for (int i = 0; i < missing.size(); i++) {
                known.put(missing.get(i), losses.get(i));
            }
            step.advance("");
        }
    }

    private String[] levels(Assignment assignment) {
        return space.levelNames(assignment).values().toArray(new String[0]);
    }

    /**
     * Those that could be scored.
     *
     * @param proposals of one budget, the searched strategy's first
     * @throws RunFailedException if that one could not be scored
     */
    List<Proposal> feasible(List<Proposal> proposals) {
        List<Proposal> feasible =
                proposals.stream().filter(one -> isFeasible(one.assignment())).toList();
        if (!proposals.isEmpty() && !feasible.contains(proposals.get(0))) {
            Assignment searched = proposals.get(0).assignment();
            SparkScorer scorer = isFeasibleOnHoldout(searched) ? calibration : holdout;
            throw scorer.failure(
                    "Point " + proposals.get(0).id() + " could not be scored on whole texts", levels(searched));
        }
        return feasible;
    }

    /** Whether an assignment that was scored on both texts could be. */
    boolean isFeasible(Assignment assignment) {
        return Double.isFinite(onCalibration.get(assignment).sum().nll()) && isFeasibleOnHoldout(assignment);
    }

    /** The point of an assignment that was scored. */
    FrontPoint point(String id, String strategy, Assignment assignment) {
        return new FrontPoint(
                id,
                strategy,
                space.sizeInBytes(assignment),
                space.averageBits(assignment),
                quality(onCalibration.get(assignment)),
                quality(onHoldout.get(assignment)),
                space.levelNames(assignment));
    }

    /** The difference of the divergences of two assignments that were scored, on held-out text. */
    PairedComparison compare(Assignment first, Assignment second) {
        return PairedComparison.of(
                onHoldout.get(first).score(Loss::meanKl), onHoldout.get(second).score(Loss::meanKl));
    }

    boolean isFeasibleOnHoldout(Assignment assignment) {
        return Double.isFinite(onHoldout.get(assignment).sum().nll());
    }

    /** Size and divergence on held-out text of an assignment that was scored there. */
    ParetoPoint<Assignment> onHoldout(Assignment assignment) {
        double kl = onHoldout.get(assignment).sum().meanKl();
        return new ParetoPoint<>(space.sizeInBytes(assignment), kl, assignment);
    }

    /** The original model as a point. */
    FrontPoint dense(ModelFile model) {
        String[] levels = new String[model.config().layers().size()];
        Arrays.fill(levels, WeightCache.DENSE);
        List<String[]> alone = List.<String[]>of(levels);
        double onCalibration =
                perplexity(calibration.score(alone, calibration.text().groups().all(), "score the original model"));
        double onHoldout =
                perplexity(holdout.score(alone, holdout.text().groups().all(), "score the original model"));
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
                new Quality(0, onCalibration),
                new Quality(0, onHoldout),
                assignment);
    }

    private static double perplexity(List<SequenceLosses> one) {
        return one.get(0).sum().perplexity();
    }

    private static Quality quality(SequenceLosses losses) {
        Loss sum = losses.sum();
        return new Quality(sum.meanKl(), sum.perplexity());
    }
}
