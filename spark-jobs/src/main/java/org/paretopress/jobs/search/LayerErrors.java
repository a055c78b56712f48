package org.paretopress.jobs.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.paretopress.jobs.cluster.ScoredText;
import org.paretopress.jobs.cluster.SparkScorer;
import org.paretopress.jobs.config.RunConfig.ErrorMeasure;
import org.paretopress.kernels.forward.Loss;
import org.paretopress.kernels.forward.WeightCache;
import org.paretopress.kernels.levels.LevelManifest;
import org.paretopress.search.space.Layer;
import org.paretopress.search.space.Level;
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
        List<Map<String, Double>> known = manifest.layers().stream()
                .map(layer -> layer.levels().stream()
                        .collect(Collectors.toMap(LevelManifest.Level::name, error::applyAsDouble)))
                .toList();
        return new LayerErrors(table(space, layer -> known.get(layer)::get), 0, 0);
    }

    /**
     * By what each change does to the model: the divergence from the dense model with one layer at a level and all others
     * dense. Few tokens are enough, because all cells see the same; nearly half of the work is shared, because candidates
     * are dense up to the changed layer.
     *
     * @param tokens of the calibration text for each cell, rounded to whole groups of sequences, which are taken evenly from the text
     */
    static LayerErrors measured(SearchSpace space, SparkScorer scorer, long tokens) {
        List<String[]> candidates = new ArrayList<>();
        for (int layer = 0; layer < space.layers().size(); layer++) {
            for (Level level : space.layers().get(layer).levels()) {
                if (!level.name().equals(WeightCache.DENSE)) {
                    String[] levels = new String[space.layers().size()];
                    Arrays.fill(levels, WeightCache.DENSE);
                    levels[layer] = level.name();
                    candidates.add(levels);
                }
            }
        }
        ScoredText text = scorer.text();
        long groupTokens = (long) text.together() * text.sequences().sequenceLength();
        int groups = (int) Math.max(1, Math.min(text.groups(), tokens / groupTokens));
        int[] spread = IntStream.range(0, groups)
                .map(i -> (int) ((long) i * text.groups() / groups))
                .toArray();
        List<Loss> losses = scorer.score(candidates, spread, "measure the levels of every layer alone");
        int[] next = {0};
        double[][] errors = table(space, layer -> level -> losses.get(next[0]++).meanKl());
        long sequences = losses.get(0).predictions() / (text.sequences().sequenceLength() - 1);
        return new LayerErrors(
                errors,
                candidates.size(),
                candidates.size() * sequences * text.sequences().sequenceLength());
    }

    private static double[][] table(SearchSpace space, Function<Integer, Function<String, Double>> errors) {
        double[][] table = new double[space.layers().size()][];
        for (int number = 0; number < table.length; number++) {
            Layer layer = space.layers().get(number);
            Function<String, Double> error = errors.apply(number);
            table[number] = layer.levels().stream()
                    .mapToDouble(level -> level.name().equals(WeightCache.DENSE)
                            ? 0
                            : Math.max(0, error.apply(level.name()))) // a sum of rounding errors may be below zero
                    .toArray();
        }
        return table;
    }
}
