package org.paretopress.kernels.cuda;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.paretopress.kernels.forward.CandidateTrie;
import org.paretopress.kernels.forward.FixedWeights;
import org.paretopress.kernels.forward.LayerWeights;
import org.paretopress.kernels.forward.Loss;
import org.paretopress.kernels.forward.SequenceScorer;
import org.paretopress.kernels.ggml.Half;
import org.paretopress.kernels.levels.QuantizedMatrix;
import org.paretopress.kernels.levels.UniformGrid;
import org.paretopress.kernels.model.ModelConfig;
import org.paretopress.kernels.model.ModelConfig.LayerShape;
import org.paretopress.kernels.ops.DensePrediction;
import org.paretopress.kernels.ops.Divergence;
import org.paretopress.kernels.ops.Precision;
import org.paretopress.kernels.ops.Tensor;
import org.paretopress.kernels.ops.TensorOps;
import org.paretopress.kernels.ops.Weight;

/** A Llama of two blocks and of random weights on an engine; its levels are widths of uniform grids, {@code dense} and {@code drop}. */
final class SmallLlama implements AutoCloseable {

    /** Tokens of a sequence: more than a tile of attention takes. */
    static final int LENGTH = 70;

    static final int SEQUENCES = 2;

    private static final int HIDDEN = 40;
    private static final int VOCABULARY = 96;

    private final ModelConfig config;
    private final TensorOps ops;
    private final FixedWeights fixed;
    private final SequenceScorer scorer;
    private final Map<String, Weight> weights;

    /** Takes the engine, which is closed with this. */
    SmallLlama(int headSize, TensorOps ops) {
        this.config = new ModelConfig(
                HIDDEN, 56, 2, 4, 2, headSize, VOCABULARY, 128, 1e-5, 10_000, Optional.empty(), false, 1);
        this.ops = ops;
        this.weights = new ConcurrentHashMap<>();
        List<float[]> gains = List.of(values("first", HIDDEN, 1.5f), values("second", HIDDEN, 1.5f));
        this.fixed = new FixedWeights(
                tensor("embedding", VOCABULARY, HIDDEN),
                gains,
                gains,
                values("last", HIDDEN, 1),
                tensor("head", VOCABULARY, HIDDEN));
        this.scorer = new SequenceScorer(config, fixed, ops, LENGTH);
    }

    private SmallLlama(SmallLlama other, TensorOps ops, int together) {
        this.config = other.config;
        this.ops = ops;
        this.weights = other.weights;
        this.fixed = other.fixed;
        this.scorer = new SequenceScorer(config, fixed, ops, LENGTH, together);
    }

    /** Scores with the weights of this on another engine of the device; only one of the two is closed as a whole. */
    SmallLlama on(TensorOps another) {
        return new SmallLlama(this, another, SequenceScorer.together(LENGTH, false));
    }

    /** Likewise, with groups of so many sequences. */
    SmallLlama on(TensorOps another, int together) {
        return new SmallLlama(this, another, together);
    }

    static int[] tokens() {
        return new SplittableRandom(1)
                .ints((long) SEQUENCES * LENGTH, 0, VOCABULARY)
                .toArray();
    }

    static int[] tokens(int sequence) {
        return Arrays.copyOfRange(tokens(), sequence * LENGTH, (sequence + 1) * LENGTH);
    }

    /** The same level in all layers. */
    String[] everywhere(String level) {
        String[] levels = new String[config.layers().size()];
        Arrays.fill(levels, level);
        return levels;
    }

    /** Some assignments of levels to layers, of which several begin alike. */
    List<String[]> candidates() {
        String[] late = everywhere("4");
        late[late.length - 1] = "2";
        String[] early = everywhere("4");
        early[1] = "3";
        String[] dropped = everywhere("3");
        Arrays.fill(dropped, config.firstLayer(1), config.firstLayer(2), "drop");
        return List.of(everywhere("dense"), everywhere("4"), late, early, dropped);
    }

    /** Bytes that a scorer says it takes to score candidates. */
    long scorerBytes(List<String[]> candidates, Precision precision) {
        int states = CandidateTrie.of(candidates, config).states();
        int sequences = scorer.groups() * SequenceScorer.together(LENGTH, false);
        return SequenceScorer.bytes(config, LENGTH, sequences, states, precision.bytes());
    }

    /** Losses by sequence and candidate; of likelihood alone where no divergence is asked for. */
    Loss[][] score(List<String[]> candidates, Divergence divergence) {
        return score(candidates, divergence, IntStream.range(0, SEQUENCES).toArray());
    }

    /** The same on some of the sequences. */
    Loss[][] score(List<String[]> candidates, Divergence divergence, int... sequences) {
        List<DensePrediction> dense = divergence == null
                ? List.of()
                : Arrays.stream(sequences)
                        .mapToObj(s -> scorer.predict(tokens(s), weights(everywhere("dense")), divergence))
                        .toList();
        SequenceScorer.Teacher teacher = (s, user) -> user.accept(dense.get(s));
        try {
            return scorer.score(
                    Arrays.stream(sequences)
                            .flatMap(sequence -> Arrays.stream(tokens(sequence)))
                            .toArray(),
                    CandidateTrie.of(candidates, config),
                    candidates.stream().map(this::weights).toList(),
                    divergence == null ? null : teacher,
                    0);
        } finally {
            dense.forEach(DensePrediction::close);
        }
    }

    private LayerWeights weights(String[] levels) {
        return new LayerWeights() {
            @Override
            public boolean dropped(int layer) {
                return levels[layer].equals("drop");
            }

            @Override
            public Weight acquire(int layer) {
                return weights.computeIfAbsent(layer + " " + levels[layer], unused -> weight(layer, levels[layer]));
            }

            @Override
            public void release(int layer) {}
        };
    }

    private Weight weight(int layer, String level) {
        LayerShape shape = config.layers().get(layer);
        return level.equals("dense")
                ? tensor(shape.name(), shape.rows(), shape.columns())
                : ops.keep(quantized(shape, Integer.parseInt(level)));
    }

    private Tensor tensor(String name, int rows, int columns) {
        Tensor tensor = ops.allocateOperand(rows, columns);
        tensor.writeRows(0, rows, weights(name, rows, columns), 0);
        return tensor;
    }

    /** Random, and a function of the name; products with them are about as large as what is multiplied. */
    private static float[] weights(String name, int rows, int columns) {
        SplittableRandom random = new SplittableRandom(name.hashCode());
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextDouble(-1, 1) * Math.sqrt(3.0 / columns));
        }
        return values;
    }

    private static float[] values(String name, int count, float scale) {
        float[] values = weights(name, count, 3);
        for (int i = 0; i < count; i++) {
            values[i] = scale * (1 + values[i] / 4);
        }
        return values;
    }

    /** Rounded to the nearest point of a grid from the least to the largest weight of every eight. */
    private static QuantizedMatrix quantized(LayerShape shape, int bits) {
        float[] values = weights(shape.name(), shape.rows(), shape.columns());
        int size = 8;
        int highest = (1 << bits) - 1;
        byte[] codes = new byte[values.length];
        short[] scales = new short[values.length / size];
        byte[] zeroPoints = new byte[scales.length];
        for (int group = 0; group < scales.length; group++) {
            float[] members = Arrays.copyOfRange(values, group * size, (group + 1) * size);
            double least = Math.min(
                    0,
                    IntStream.range(0, size).mapToDouble(i -> members[i]).min().orElseThrow());
            double largest = Math.max(
                    0,
                    IntStream.range(0, size).mapToDouble(i -> members[i]).max().orElseThrow());
            scales[group] = Half.ofDouble((largest - least) / highest);
            double scale = Half.toFloat(scales[group]);
            zeroPoints[group] = (byte) Math.min(highest, Math.round(-least / scale));
            for (int i = 0; i < size; i++) {
                long code = Math.round(members[i] / scale) + zeroPoints[group];
                codes[group * size + i] = (byte) Math.max(0, Math.min(highest, code));
            }
        }
        UniformGrid layout = new UniformGrid(bits, size, false);
        return QuantizedMatrix.pack(layout, shape.rows(), shape.columns(), codes, scales, zeroPoints);
    }

    /** Closes the engine alone. */
    void closeEngine() {
        scorer.close();
    }

    @Override
    public void close() {
        weights.values().forEach(Weight::close);
        fixed.close();
        scorer.close();
    }
}
