package org.paretopress.jobs.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.paretopress.jobs.cluster.ScoredText;
import org.paretopress.jobs.cluster.SequenceLosses;
import org.paretopress.jobs.cluster.SparkScorer;
import org.paretopress.jobs.config.RunConfig.ErrorMeasure;
import org.paretopress.kernels.forward.WeightCache;
import org.paretopress.kernels.levels.Dropped;
import org.paretopress.kernels.levels.LevelManifest;
import org.paretopress.search.space.Layer;
import org.paretopress.search.space.SearchSpace;

/**
 * Errors that allocation adds up over layers.
 *
 * @param errors [layer][level], in the order of the search space; the original weights have none
 * @param evaluations candidates that were scored for them
 * @param tokensEvaluated tokens that these were scored on, all together
 */
record LayerErrors(double[][] errors, long evaluations, long tokensEvaluated) {

    /** By what the compression of each layer alone did to it. */
    static LayerErrors of(SearchSpace space, LevelManifest manifest, ErrorMeasure measure) {
        ToDoubleFunction<LevelManifest.Level> error =
                switch (measure) {
                    case relativeWeight -> LevelManifest.Level::weightError;
                    case relativeOutput -> LevelManifest.Level::relativeOutputError;
                    case absoluteOutput -> LevelManifest.Level::outputError;
                    case measured -> throw new IllegalArgumentException("Measured errors are in no manifest");
                };
        Map<String, Map<String, Double>> known = manifest.layers().stream()
                .collect(Collectors.toMap(LevelManifest.Layer::name, layer -> layer.levels().stream()
                        .collect(Collectors.toMap(LevelManifest.Level::name, error::applyAsDouble))));
        double[][] errors = space.layers().stream()
                .map(layer -> layer.levels().stream()
                        .mapToDouble(level -> layer.members().stream()
                                .mapToDouble(member -> known.get(member).getOrDefault(level.name(), 0.0))
                                .sum())
                        .toArray())
                .toArray(double[][]::new);
        return new LayerErrors(errors, 0, 0);
    }

    /**
     * By what each change does to the model: the divergence from the dense model with one layer at a level and all others
     * dense. Few tokens are enough, because all cells see the same; nearly half of the work is shared, because candidates
     * are dense up to the changed layer. A sub-block is dropped as a whole, be it by choice or because nothing else is
     * allowed; each of its layers has an equal part of the error.
     *
     * @param tokens of the calibration text for each cell, rounded to whole groups of sequences, which are taken evenly from
     *     the text
     */
    static LayerErrors measured(SearchSpace space, SparkScorer scorer, long tokens) {
        List<String[]> candidates = new ArrayList<>();
        double[][] errors = new double[space.layers().size()][];
        for (int layer = 0; layer < errors.length; layer++) {
            errors[layer] = new double[space.layers().get(layer).levels().size()];
            for (int level = 0; level < errors[layer].length; level++) {
                if (isMeasured(space, layer, level)) {
                    candidates.add(alone(space, layer, level));
                }
            }
        }
        List<SequenceLosses> losses =
                scorer.score(candidates, spread(scorer.text(), tokens), "measure the levels of every layer alone");
        int next = 0;
        for (int layer = 0; layer < errors.length; layer++) {
            for (int level = 0; level < errors[layer].length; level++) {
                if (isMeasured(space, layer, level)) {
                    double kl = losses.get(next++).sum().meanKl(); // infinite if it could not be scored
                    int[] changed = changed(space, layer, level);
                    for (int one : changed) {
                        errors[one][level] = Math.max(0, kl) / changed.length; // rounding may leave it below zero
                    }
                }
            }
        }
        avoidInfinite(errors);
        long evaluated =
                losses.stream().mapToLong(SequenceLosses::tokensEvaluated).sum();
        return new LayerErrors(errors, candidates.size(), evaluated);
    }

    /** With the cost of an earlier table, of which this one is a refinement. */
    LayerErrors after(LayerErrors earlier) {
        return new LayerErrors(errors, evaluations + earlier.evaluations, tokensEvaluated + earlier.tokensEvaluated);
    }

    /** A level that could not be scored costs more than the worst choice of all others, so that it is taken only where nothing else is. */
    private static void avoidInfinite(double[][] errors) {
        double worst = Arrays.stream(errors)
                .mapToDouble(
                        row -> Arrays.stream(row).filter(Double::isFinite).max().orElse(0))
                .sum();
        for (double[] row : errors) {
            for (int level = 0; level < row.length; level++) {
                row[level] = Double.isFinite(row[level]) ? row[level] : 2 * worst;
            }
        }
    }

    /** Original weights have no error, and the layers of a dropped sub-block have one together. */
    private static boolean isMeasured(SearchSpace space, int layer, int level) {
        return !nameOf(space, layer, level).equals(WeightCache.DENSE) && changed(space, layer, level)[0] == layer;
    }

    /** All weight matrices dense but those of one layer, or of the sub-block it is dropped with. */
    private static String[] alone(SearchSpace space, int layer, int level) {
        int[] changed = changed(space, layer, level);
        List<String> levels = new ArrayList<>();
        for (int other = 0; other < space.layers().size(); other++) {
            Layer described = space.layers().get(other);
            boolean isChanged = Arrays.binarySearch(changed, other) >= 0;
            String name = isChanged ? described.levels().get(level).name() : WeightCache.DENSE;
            levels.addAll(Collections.nCopies(described.members().size(), name));
        }
        return levels.toArray(new String[0]);
    }

    private static int[] changed(SearchSpace space, int layer, int level) {
        if (!nameOf(space, layer, level).equals(Dropped.LEVEL)) {
            return new int[] {layer};
        }
        return space.subBlock(layer) >= 0
                ? space.droppedWith(layer)
                : IntStream.range(0, space.layers().size())
                        .filter(other -> subBlockName(space, other).equals(subBlockName(space, layer)))
                        .toArray();
    }

    private static String nameOf(SearchSpace space, int layer, int level) {
        return space.layers().get(layer).levels().get(level).name();
    }

    /** Such as {@code model.layers.0.mlp}. */
    private static String subBlockName(SearchSpace space, int layer) {
        String member = space.layers().get(layer).members().get(0);
        return member.substring(0, member.lastIndexOf('.'));
    }

    private static int[] spread(ScoredText text, long tokens) {
        long groupTokens = (long) text.groups().together() * text.sequences().sequenceLength();
        int groups = (int) Math.max(1, Math.min(text.groups().count(), tokens / groupTokens));
        return IntStream.range(0, groups)
                .map(i -> (int) ((long) i * text.groups().count() / groups))
                .toArray();
    }
}
