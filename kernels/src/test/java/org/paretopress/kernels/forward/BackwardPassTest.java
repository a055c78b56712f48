package org.paretopress.kernels.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.paretopress.kernels.model.ModelConfig;
import org.paretopress.kernels.ops.Nd4jOps;
import org.paretopress.kernels.ops.ReferenceOps;
import org.paretopress.kernels.ops.Tensor;
import org.paretopress.kernels.ops.TensorOps;

/** Gradients of every linear layer, against central differences of the loss as the oracle computes it in double precision. */
class BackwardPassTest {

    private static final int LENGTH = 9;
    private static final double STEP = 1e-3;

    /** Three blocks, grouped queries, widths that all differ. */
    private final ModelConfig config =
            new ModelConfig(10, 14, 3, 4, 2, 6, 17, 32, 1e-5, 100, Optional.empty(), false, 1);

    private final int[] tokens = new SplittableRandom(1).ints(LENGTH, 0, 17).toArray();

    /** A small Llama in an engine's memory; the same weights in every engine. */
    private final class Model implements LayerWeights, AutoCloseable {
        private final TensorOps ops;
        private final FixedWeights fixed;
        private final Map<Integer, Tensor> weights = new HashMap<>();
        private final Map<Integer, float[][]> values = new HashMap<>();

        Model(TensorOps ops) {
            this.ops = ops;
            List<float[]> gains = IntStream.range(0, 3)
                    .mapToObj(i -> random("gain" + i, 1, 10, 1.5)[0])
                    .toList();
            this.fixed = new FixedWeights(
                    tensor(random("embedding", 17, 10, 1)),
                    gains,
                    gains,
                    random("final", 1, 10, 2)[0],
                    tensor(random("head", 17, 10, 1)));
            for (int layer = 0; layer < config.layers().size(); layer++) {
                ModelConfig.LayerShape shape = config.layers().get(layer);
                values.put(layer, random(shape.name(), shape.rows(), shape.columns(), 0.7));
                weights.put(layer, tensor(values.get(layer)));
            }
        }

        private float[][] random(String name, int rows, int columns, double largest) {
            SplittableRandom random = new SplittableRandom(name.hashCode());
            float[][] matrix = new float[rows][columns];
            for (float[] row : matrix) {
                for (int i = 0; i < columns; i++) {
                    row[i] = (float) random.nextDouble(-largest, largest);
                }
            }
            return matrix;
        }

        private Tensor tensor(float[][] rows) {
            Tensor tensor = ops.allocate(rows.length, rows[0].length);
            for (int r = 0; r < rows.length; r++) {
                tensor.writeRow(r, rows[r], 0);
            }
            return tensor;
        }

        @Override
        public Tensor acquire(int layer) {
            return weights.get(layer);
        }

        @Override
        public void release(int layer) {}

        /** Moves one weight off its value; returns by how much, after rounding. */
        double move(int layer, int row, int column, double step) {
            float[] moved = values.get(layer)[row].clone();
            moved[column] += (float) step;
            weights.get(layer).writeRow(row, moved, 0);
            return (double) moved[column] - values.get(layer)[row][column];
        }

        @Override
        public void close() {
            weights.values().forEach(Tensor::close);
            fixed.close();
            ops.close();
        }
    }

    /** ∂L/∂W of every layer by central differences, in double precision. */
    private final class Differences implements AutoCloseable {
        private final Model model = new Model(new ReferenceOps());
        private final Transformer transformer = new Transformer(config, model.fixed, model.ops, 1, LENGTH);

        double loss() {
            double[] nll = new double[LENGTH];
            int[] targets = Arrays.copyOf(Arrays.copyOfRange(tokens, 1, LENGTH), LENGTH);
            model.ops.score(transformer.forward(tokens, model, ActivationTap.NONE), targets, null, null, nll);
            return Arrays.stream(nll, 0, LENGTH - 1).sum() / (LENGTH - 1);
        }

        double[][] gradient(int layer) {
            ModelConfig.LayerShape shape = config.layers().get(layer);
            double[][] gradient = new double[shape.rows()][shape.columns()];
            for (int row = 0; row < shape.rows(); row++) {
                for (int column = 0; column < shape.columns(); column++) {
                    gradient[row][column] = gradient(layer, row, column);
                }
            }
            return gradient;
        }

        private double gradient(int layer, int row, int column) {
            double up = model.move(layer, row, column, STEP);
            double above = loss();
            double down = model.move(layer, row, column, -STEP);
            double below = loss();
            model.move(layer, row, column, 0);
            return (above - below) / (up - down);
        }

        @Override
        public void close() {
            transformer.close();
            model.close();
        }
    }

    /** Gradients of the weights as a tap forms them. */
    private Map<String, double[][]> gradients(TensorOps ops) {
        Map<String, double[][]> gradients = new LinkedHashMap<>();
        try (Model model = new Model(ops);
                BackwardPass pass = new BackwardPass(config, model.fixed, ops, LENGTH)) {
            pass.run(tokens, model, (layer, inputs, gradient) -> gradients.put(layer, product(gradient, inputs)));
        }
        return gradients;
    }

    private static double[][] product(Tensor gradient, Tensor inputs) {
        double[][] product = new double[gradient.columns()][inputs.columns()];
        float[] g = new float[gradient.columns()];
        float[] x = new float[inputs.columns()];
        for (int t = 0; t < inputs.rows(); t++) {
            gradient.readRow(t, g);
            inputs.readRow(t, x);
            for (int i = 0; i < g.length; i++) {
                for (int j = 0; j < x.length; j++) {
                    product[i][j] += (double) g[i] * x[j];
                }
            }
        }
        return product;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void gradientsOfEveryWeightAreThoseOfCentralDifferences(boolean oracle) {
        Map<String, double[][]> actual = gradients(oracle ? new ReferenceOps() : new Nd4jOps());
        assertThat(actual).hasSize(config.layers().size());
        try (Differences differences = new Differences()) {
            for (int layer = 0; layer < config.layers().size(); layer++) {
                String name = config.layers().get(layer).name();
                assertClose(name, actual.get(name), differences.gradient(layer));
            }
        }
    }

    private static void assertClose(String name, double[][] actual, double[][] expected) {
        double largest = Arrays.stream(expected)
                .flatMapToDouble(Arrays::stream)
                .map(Math::abs)
                .max()
                .orElseThrow();
        assertThat(largest).as(name).isGreaterThan(1e-3);
        for (int i = 0; i < expected.length; i++) {
            for (int j = 0; j < expected[i].length; j++) {
                assertThat(actual[i][j])
                        .as("%s, row %d, column %d", name, i, j)
                        .isCloseTo(expected[i][j], Offset.offset(1e-5 * largest));
            }
        }
    }

    @Test
    void theLossIsThatOfTheOracle() {
        try (Model model = new Model(new Nd4jOps());
                BackwardPass pass = new BackwardPass(config, model.fixed, model.ops, LENGTH);
                Differences differences = new Differences()) {
            double loss = pass.run(tokens, model, (layer, inputs, gradient) -> {});
            assertThat(loss).isCloseTo(differences.loss(), Offset.offset(1e-5));
        }
    }

    @Test
    void fisherStatisticsAreRowSumsOfSquaresAddedOverSequences() {
        FisherStatistics statistics;
        try (Model model = new Model(new Nd4jOps());
                BackwardPass pass = new BackwardPass(config, model.fixed, model.ops, LENGTH)) {
            statistics = new FisherStatistics(model.ops);
            pass.run(tokens, model, statistics);
            pass.run(tokens, model, statistics);
        }
        gradients(new Nd4jOps()).forEach((layer, gradient) -> {
            double[] actual = statistics.sums().get(layer);
            assertThat(actual).hasSize(gradient.length);
            for (int i = 0; i < actual.length; i++) {
                double expected = 2
                        * Arrays.stream(gradient[i]).map(value -> value * value).sum();
                assertThat(actual[i]).isCloseTo(expected, Offset.offset(1e-5 * expected));
            }
        });
    }

    @Test
    void theSameSequencesInTheSameOrderGiveTheSameBits() {
        assertThat(twoSequences()).usingRecursiveComparison().isEqualTo(twoSequences());
    }

    private Map<String, double[]> twoSequences() {
        try (Model model = new Model(new Nd4jOps());
                BackwardPass pass = new BackwardPass(config, model.fixed, model.ops, LENGTH)) {
            FisherStatistics statistics = new FisherStatistics(model.ops);
            pass.run(tokens, model, statistics);
            pass.run(IntStream.of(tokens).map(token -> 16 - token).toArray(), model, statistics);
            return statistics.sums();
        }
    }

    /** What the first sequence leaves in the workspaces must not show. */
    @Test
    void aSequenceForgetsTheOneBefore() {
        try (Model model = new Model(new Nd4jOps());
                BackwardPass pass = new BackwardPass(config, model.fixed, model.ops, LENGTH)) {
            FisherStatistics first = new FisherStatistics(model.ops);
            FisherStatistics second = new FisherStatistics(model.ops);
            pass.run(tokens, model, first);
            pass.run(IntStream.of(tokens).map(token -> 16 - token).toArray(), model, (layer, inputs, gradient) -> {});
            pass.run(tokens, model, second);
            assertThat(second.sums()).usingRecursiveComparison().isEqualTo(first.sums());
        }
    }

    @Test
    void oneTokenPredictsNothing() {
        try (Model model = new Model(new Nd4jOps())) {
            assertThatThrownBy(() -> new BackwardPass(config, model.fixed, model.ops, 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("1 tokens")
                    .hasMessageContaining("Maybe");
        }
    }
}
