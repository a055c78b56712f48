package org.paretopress.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.paretopress.kernels.forward.CandidateTrie;
import org.paretopress.kernels.forward.FixedWeights;
import org.paretopress.kernels.forward.LayerWeights;
import org.paretopress.kernels.forward.Loss;
import org.paretopress.kernels.forward.SequenceScorer;
import org.paretopress.kernels.forward.WeightCache;
import org.paretopress.kernels.model.ModelConfig;
import org.paretopress.kernels.model.ModelFile;
import org.paretopress.kernels.ops.DensePrediction;
import org.paretopress.kernels.ops.Divergence;
import org.paretopress.kernels.ops.Nd4jOps;
import org.paretopress.kernels.ops.TensorOps;
import org.paretopress.kernels.text.TextTokenizer;
import org.paretopress.kernels.text.TokenSequences;
import org.paretopress.search.evolve.EvolutionSearch;
import org.paretopress.search.evolve.EvolutionSettings;
import org.paretopress.search.evolve.Stage;
import org.paretopress.search.fitness.CandidateEvaluator;
import org.paretopress.search.fitness.Score;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.Budget;
import org.paretopress.search.space.Layer;
import org.paretopress.search.space.Level;
import org.paretopress.search.space.SearchSpace;

/** Depth on a real model, where every choice can be scored: 4 of 12 transformer blocks dropped, and 3 of 12. */
class DepthSearchTest {

    private static final int LENGTH = 256;
    private static final int SEQUENCES = 4;
    private static final int BLOCKS = 12;

    /** Bit set of dropped blocks to KL. */
    private static Map<Integer, Double> losses(List<Integer> choices) throws IOException {
        ModelFile model = ModelFile.open(Shared.path("models/books-12L"));
        String text = Files.readString(Shared.path("data/books-calibration.txt"));
        int projections = ModelConfig.PROJECTIONS.size();
        List<String[]> levels = choices.stream()
                .map(dropped -> IntStream.range(0, BLOCKS * projections)
                        .mapToObj(layer -> (dropped >> layer / projections & 1) == 1 ? "drop" : WeightCache.DENSE)
                        .toArray(String[]::new))
                .toList();
        Map<Integer, Double> losses = new HashMap<>();
        try (TextTokenizer tokenizer = TextTokenizer.open(model);
                TensorOps ops = new Nd4jOps();
                FixedWeights fixed = FixedWeights.load(model, ops);
                WeightCache weights = new WeightCache(model, null, ops, Long.MAX_VALUE);
                SequenceScorer scorer = new SequenceScorer(model.config(), fixed, ops, LENGTH)) {
            TokenSequences all = new TokenSequences(LENGTH, tokenizer.encode(text));
            List<LayerWeights> candidates =
                    levels.stream().map(weights::candidate).toList();
            CandidateTrie trie = CandidateTrie.of(levels, model.config());
            for (int sequence = 0; sequence < SEQUENCES; sequence++) {
                int[] tokens = all.gather(sequence * all.count() / SEQUENCES);
                DensePrediction dense = scorer.predict(tokens, weights.dense(), Divergence.FULL);
                Loss[] own = scorer.score(tokens, trie, candidates, (s, user) -> user.accept(dense), 0)[0];
                for (int c = 0; c < own.length; c++) {
                    losses.merge(choices.get(c), own[c].meanKl() / SEQUENCES, Double::sum);
                }
            }
        }
        return losses;
    }

    private static List<Integer> choices(int dropped) {
        return IntStream.range(0, 1 << BLOCKS)
                .filter(set -> Integer.bitCount(set) == dropped)
                .boxed()
                .toList();
    }

    private static int dropped(Assignment assignment) {
        return IntStream.range(0, BLOCKS)
                .filter(block -> assignment.level(2 * block) == 0)
                .map(block -> 1 << block)
                .sum();
    }

    @Test
    void theBestFourOfTwelveBlocksAreFoundAndDroppingMoreCanHurtLess() throws IOException {
        List<Integer> four = choices(4);
        List<Integer> both = new ArrayList<>(four);
        both.addAll(choices(3));
        assertThat(four).hasSize(495);
        Map<Integer, Double> losses = losses(both);
        int best = four.stream()
                .min((one, other) -> Double.compare(losses.get(one), losses.get(other)))
                .orElseThrow();

        List<Level> levels = List.of(new Level("drop", 0, 0), new Level("dense", 16, 2048));
        SearchSpace space = new SearchSpace(
                IntStream.range(0, 2 * BLOCKS)
                        .mapToObj(layer -> new Layer("layer" + layer, 1024, levels))
                        .toList(),
                0,
                IntStream.range(0, BLOCKS)
                        .mapToObj(block -> new int[] {2 * block, 2 * block + 1})
                        .toList());
        CandidateEvaluator known = (candidates, effort) -> candidates.stream()
                .map(one -> new Score(new double[] {losses.get(dropped(one))}, effort.tokens()))
                .toList();
        int found = 0;
        for (int seed = 0; seed < 10; seed++) {
            EvolutionSettings settings = new EvolutionSettings(12, 16, List.of(new Stage(1, 1024)), seed);
            Assignment last = new EvolutionSearch(space, new Budget(8 * 2 * 2048), settings, known)
                    .run(generation -> {})
                    .parent();
            found += dropped(last) == best ? 1 : 0;
        }
        assertThat(found).isGreaterThanOrEqualTo(9);

        assertThat(choices(3)).anyMatch(fewer -> four.stream()
                .anyMatch(more -> (more & fewer) == fewer && losses.get(more) < losses.get(fewer)));
    }
}
