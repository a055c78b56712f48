package org.paretopress.kernels.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.paretopress.kernels.OwnProcess;
import org.paretopress.kernels.model.ModelConfig;
import org.paretopress.kernels.ops.CudaBackend;
import org.paretopress.kernels.ops.DensePrediction;
import org.paretopress.kernels.ops.Divergence;
import org.paretopress.kernels.ops.Nd4jArrayOps;
import org.paretopress.kernels.ops.Nd4jOps;
import org.paretopress.kernels.ops.ReferenceOps;
import org.paretopress.kernels.ops.Tensor;
import org.paretopress.kernels.ops.TensorOps;

/** Losses of candidates that share work, against the same candidates alone and against the oracle. */
class SequenceScorerTest {

    private static final int LENGTH = 65;
    private static final int CANDIDATES = 9;

    private final ModelConfig config =
            new ModelConfig(24, 40, 3, 4, 2, 6, 50, 128, 1e-5, 10_000, Optional.empty(), true, 1);
    private final int together = SequenceScorer.together(LENGTH, false);
    private final int[] tokens =
            new SplittableRandom(1).ints((long) together * LENGTH, 0, 50).toArray();
    private final List<String[]> candidates = candidates();

    /** A small Llama whose weights are a function of layer and level. */
    private final class Engine implements AutoCloseable {
        private final TensorOps ops;
        private final Map<String, Tensor> weights = new HashMap<>();
        private final SequenceScorer scorer;
        private final List<DensePrediction> dense = new ArrayList<>();

        Engine(TensorOps ops) {
            this.ops = ops;
            Tensor embedding = random("embedding", 50, 24);
            List<float[]> gains = IntStream.range(0, 3).mapToObj(i -> gain()).toList();
            scorer = new SequenceScorer(
                    config, new FixedWeights(embedding, gains, gains, gain(), embedding), ops, LENGTH);
            String[] levels = new String[config.layers().size()];
            Arrays.fill(levels, "dense");
            for (int s = 0; s < together; s++) {
                dense.add(scorer.predict(
                        Arrays.copyOfRange(tokens, s * LENGTH, (s + 1) * LENGTH), candidate(levels), Divergence.FULL));
            }
        }

        private float[] gain() {
            float[] gain = new float[24];
            Arrays.fill(gain, 1.5f);
            return gain;
        }

        private Tensor random(String name, int rows, int columns) {
            return weights.computeIfAbsent(name, unused -> {
                SplittableRandom random = new SplittableRandom(name.hashCode());
                Tensor tensor = ops.allocate(rows, columns);
                float[] row = new float[columns];
                for (int r = 0; r < rows; r++) {
                    for (int i = 0; i < columns; i++) {
                        row[i] = (float) random.nextDouble(-0.5, 0.5);
                    }
                    tensor.writeRow(r, row, 0);
                }
                return tensor;
            });
        }

        LayerWeights candidate(String[] levels) {
            return new LayerWeights() {
                @Override
                public boolean dropped(int layer) {
                    return levels[layer].equals("drop");
                }

                @Override
                public Tensor acquire(int layer) {
                    ModelConfig.LayerShape shape = config.layers().get(layer);
                    if (dropped(layer)) {
                        throw new AssertionError("A dropped layer has no weights: " + shape.name());
                    }
                    if (levels[layer].equals("zero")) {
                        return ops.allocate(shape.rows(), shape.columns());
                    }
                    return random(shape.name() + levels[layer], shape.rows(), shape.columns());
                }

                @Override
                public void release(int layer) {}
            };
        }

        Loss[][] score(int[] tokens, List<String[]> levels) {
            return scorer.score(
                    tokens,
                    CandidateTrie.of(levels, config),
                    levels.stream().map(this::candidate).toList(),
                    (s, user) -> user.accept(dense.get(s)),
                    0);
        }

        @Override
        public void close() {
            scorer.close();
        }
    }

    private List<String[]> candidates() {
        SplittableRandom random = new SplittableRandom(2);
        List<String[]> candidates = new ArrayList<>();
        for (int i = 0; i < CANDIDATES; i++) {
            String[] levels = new String[config.layers().size()];
            Arrays.fill(levels, "3");
            levels[random.nextInt(levels.length)] = "2";
            levels[random.nextInt(levels.length)] = "4";
            candidates.add(levels);
        }
        return candidates;
    }

    @Test
    void sharingChangesNoBit() {
        try (Engine engine = new Engine(new Nd4jOps())) {
            Loss[][] shared = engine.score(tokens, candidates);
            for (int c = 0; c < CANDIDATES; c++) {
                Loss[][] alone = engine.score(tokens, List.<String[]>of(candidates.get(c)));
                for (int s = 0; s < together; s++) {
                    assertThat(shared[s][c]).isEqualTo(alone[s][0]);
                }
            }
        }
    }

    @Test
    void aDroppedSubBlockAddsWhatZeroWeightsAdd() {
        String[] dropped = candidates.get(0).clone();
        String[] zero = candidates.get(0).clone();
        for (int subBlock : new int[] {0, 3}) {
            Arrays.fill(dropped, config.firstLayer(subBlock), config.firstLayer(subBlock + 1), "drop");
            Arrays.fill(zero, config.firstLayer(subBlock), config.firstLayer(subBlock + 1), "zero");
        }
        try (Engine engine = new Engine(new Nd4jOps())) {
            Loss[][] losses = engine.score(tokens, List.of(dropped, zero, candidates.get(0)));
            for (Loss[] sequence : losses) {
                assertThat(sequence[0]).isEqualTo(sequence[1]).isNotEqualTo(sequence[2]);
            }
        }
    }

    @Test
    void lossesAreThoseOfTheOracle() {
        assertLossesAreThoseOfTheOracle(new Nd4jOps());
    }

    @Test
    void lossesByArrayOperationsAreThoseOfTheOracle() {
        assumeFalse(CudaBackend.isOnClassPath(), "ND4J is left to GPUs in this build");
        assertLossesAreThoseOfTheOracle(new Nd4jArrayOps(0));
    }

    private void assertLossesAreThoseOfTheOracle(TensorOps ops) {
        int[] two = Arrays.copyOf(tokens, 2 * LENGTH);
        try (Engine engine = new Engine(ops);
                Engine oracle = new Engine(new ReferenceOps())) {
            Loss[][] actual = engine.score(two, candidates.subList(0, 3));
            Loss[][] expected = oracle.score(two, candidates.subList(0, 3));
            for (int s = 0; s < 2; s++) {
                for (int c = 0; c < 3; c++) {
                    assertThat(actual[s][c].meanKl()).isCloseTo(expected[s][c].meanKl(), Offset.offset(1e-5));
                    assertThat(actual[s][c].meanNll()).isCloseTo(expected[s][c].meanNll(), Offset.offset(1e-5));
                    assertThat(actual[s][c].predictions()).isEqualTo(LENGTH - 1);
                }
            }
        }
    }

    /** In a process of its own: which loops the compiler can keep free of objects depends on all that it has compiled before. */
    @Test
    void scoringLeavesNoGarbageInProportionToTokens() throws IOException, InterruptedException {
        String printed = OwnProcess.run(Alone.class);
        assertThat(Double.parseDouble(printed.strip())).as("bytes a token").isLessThan(4);
    }

    /** Prints how much garbage a token leaves. */
    static final class Alone {

        public static void main(String[] arguments) {
            System.out.println(new SequenceScorerTest().bytesAToken());
        }
    }

    /** Weights are found by number here, so that what is counted is the scorer's own. */
    private double bytesAToken() {
        try (Engine engine = new Engine(new Nd4jOps())) {
            CandidateTrie trie = CandidateTrie.of(candidates, config);
            List<LayerWeights> weights = candidates.stream()
                    .map(levels -> {
                        LayerWeights byName = engine.candidate(levels);
                        Tensor[] byNumber = IntStream.range(0, levels.length)
                                .mapToObj(byName::acquire)
                                .toArray(Tensor[]::new);
                        return (LayerWeights) new LayerWeights() {
                            @Override
                            public Tensor acquire(int layer) {
                                return byNumber[layer];
                            }

                            @Override
                            public void release(int layer) {}
                        };
                    })
                    .toList();
            SequenceScorer.Teacher teacher = (s, user) -> user.accept(engine.dense.get(s));
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long thread = Thread.currentThread().getId();
            long least = Long.MAX_VALUE;
            for (int round = 0; round < 200; round++) { // the first rounds run uncompiled, where vectors are objects
                long before = threads.getThreadAllocatedBytes(thread);
                engine.scorer.score(tokens, trie, weights, teacher, 0);
                least = Math.min(least, threads.getThreadAllocatedBytes(thread) - before);
            }
            return least / ((double) tokens.length * CANDIDATES);
        }
    }
}
