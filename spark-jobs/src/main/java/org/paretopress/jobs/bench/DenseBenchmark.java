package org.paretopress.jobs.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.paretopress.kernels.forward.CandidateTrie;
import org.paretopress.kernels.forward.FixedWeights;
import org.paretopress.kernels.forward.LayerWeights;
import org.paretopress.kernels.forward.SequenceScorer;
import org.paretopress.kernels.forward.WeightCache;
import org.paretopress.kernels.model.ModelConfig;
import org.paretopress.kernels.model.ModelFile;
import org.paretopress.kernels.ops.DensePrediction;
import org.paretopress.kernels.ops.Divergence;
import org.paretopress.kernels.ops.Kernels;
import org.paretopress.kernels.ops.TensorOps;

/** Tokens a second through the dense model, with KL divergence and likelihood of every prediction; without Spark. */
final class DenseBenchmark implements AutoCloseable {

    private static final int ROUNDS = 5;
    private static final double SECONDS_A_ROUND = 1;

    private final ModelConfig config;
    private final int sequenceLength;
    private final int together;
    private final Kernels kernels;
    private final TensorOps ops; // of the weights
    private final FixedWeights fixed;
    private final WeightCache weights;
    private final int[] tokens;

    /**
     * The result for a number of threads.
     *
     * @param flopPerToken floating-point operations of all matrix products; attention counts what lies on or below the
     *     diagonal
     * @param idealGemmShare share of the time that the products would take at the measured peak
     */
    record Measurement(int threads, double tokensPerSecond, double flopPerToken, double idealGemmShare) {}

    /** @param together sequences that go through the model together */
    DenseBenchmark(ModelFile model, int sequenceLength, int together, Kernels kernels) {
        this.config = model.config();
        this.sequenceLength = sequenceLength;
        this.together = together;
        this.kernels = kernels;
        this.ops = kernels.open();
        this.fixed = FixedWeights.load(model, ops);
        this.weights = new WeightCache(model, null, ops, Long.MAX_VALUE);
        this.tokens = new SplittableRandom(0)
                .ints((long) together * sequenceLength, 0, config.vocabularySize())
                .toArray();
    }

    /** One thread's scorer and what its group of sequences is compared with. */
    private final class Lane implements AutoCloseable {
        private final SequenceScorer scorer =
                new SequenceScorer(config, fixed, kernels.open(), sequenceLength, together, 1);
        private final List<DensePrediction> dense = new ArrayList<>();
        private final List<LayerWeights> candidate = List.of(weights.dense());
        private final CandidateTrie trie =
                CandidateTrie.of(List.<String[]>of(new String[config.layers().size()]), config);

        Lane() {
            for (int start = 0; start < tokens.length; start += sequenceLength) {
                int[] sequence = Arrays.copyOfRange(tokens, start, start + sequenceLength);
                dense.add(scorer.predict(sequence, weights.dense(), Divergence.FULL));
            }
        }

        void score() {
            scorer.score(tokens, trie, candidate, this::lend, 0);
        }

        private void lend(int sequence, Consumer<DensePrediction> user) {
            user.accept(dense.get(sequence));
        }

        @Override
        public void close() {
            dense.forEach(DensePrediction::close);
            scorer.close();
        }
    }

    /** The median of some rounds. */
    double tokensPerSecond(int threads) {
        try (Crew<Lane> crew = new Crew<>(threads, Lane::new)) {
            crew.seconds(Lane::score);
            double warm = crew.seconds(Lane::score);
            int groups = (int) Math.max(1, Math.ceil(SECONDS_A_ROUND / warm));
            Crew.Work<Lane> round = lane -> {
                for (int i = 0; i < groups; i++) {
                    lane.score();
                }
            };
            crew.seconds(round);
            double[] seconds = new double[ROUNDS];
            for (int i = 0; i < ROUNDS; i++) {
                seconds[i] = crew.seconds(round);
            }
            Arrays.sort(seconds);
            return (double) threads * groups * tokens.length / seconds[ROUNDS / 2];
        } catch (Exception e) {
            throw new IllegalStateException("Cannot measure the forward pass", e);
        }
    }

    /** @param gigaflops measured peak of the products for as many threads */
    Measurement measurement(int threads, double tokensPerSecond, double gigaflops) {
        double flop = flopPerToken();
        return new Measurement(threads, tokensPerSecond, flop, tokensPerSecond * flop / (gigaflops * 1e9));
    }

    private double flopPerToken() {
        long parameters = config.layers().stream()
                .mapToLong(ModelConfig.LayerShape::parameters)
                .sum();
        double attention = 2.0 * config.blocks() * sequenceLength * config.querySize();
        return 2.0 * parameters + attention + 2.0 * config.hiddenSize() * config.vocabularySize();
    }

    @Override
    public void close() {
        weights.close();
        fixed.close();
        ops.close();
    }
}
