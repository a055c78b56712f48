package org.paretopress.kernels.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.paretopress.kernels.model.ModelConfig;

/** What every engine must do, on sizes that are no multiple of anything; the oracle itself is checked in its subclass. */
public abstract class TensorOpsContract extends DivergenceContract {

    private final TensorOps oracle = new ReferenceOps();
    private final TensorOps ops = create();
    private final SplittableRandom random = new SplittableRandom(7);

    static Stream<Integer> awkwardSizes() {
        return Stream.of(1, 3, 13, 207, 257);
    }

    @AfterEach
    void close() {
        ops.close();
    }

    /** What an element may be off by, for the numbers that the engine multiplies. */
    protected double roundoff() {
        return 1e-6;
    }

    /** The value, as the engine can multiply it: only what it computes is compared. */
    protected float representable(float value) {
        return value;
    }

    /** The same random contents in the oracle's memory and in the engine's. */
    private record Pair(Tensor expected, Tensor actual) {}

    private Pair pair(int rows, int columns, double scale) {
        Pair pair = new Pair(oracle.allocate(rows, columns), ops.allocate(rows, columns));
        float[] row = new float[columns];
        for (int r = 0; r < rows; r++) {
            for (int i = 0; i < columns; i++) {
                row[i] = representable((float) (scale * (random.nextDouble() * 2 - 1)));
            }
            pair.expected().writeRow(r, row, 0);
            pair.actual().writeRow(r, row, 0);
        }
        return pair;
    }

    /** Compares within a tolerance that grows with the length of the sums behind each element. */
    private void assertClose(Pair pair, double scale, int length) {
        double tolerance = scale * roundoff() * (2 + Math.sqrt(length));
        float[] expected = new float[pair.expected().columns()];
        float[] actual = new float[expected.length];
        for (int r = 0; r < pair.expected().rows(); r++) {
            pair.expected().readRow(r, expected);
            pair.actual().readRow(r, actual);
            for (int i = 0; i < expected.length; i++) {
                assertThat((double) actual[i])
                        .as("row %d, column %d", r, i)
                        .isCloseTo(expected[i], Offset.offset(tolerance));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("awkwardSizes")
    void linear(int size) {
        Pair x = pair(5, size, 1);
        Pair weight = pair(size + 2, size, 1);
        Pair y = pair(5, size + 2, 1);
        for (boolean accumulate : new boolean[] {false, true}) {
            oracle.linear(x.expected(), weight.expected(), y.expected(), accumulate);
            ops.linear(x.actual(), weight.actual(), y.actual(), accumulate);
            assertClose(y, 1, size);
        }
    }

    @ParameterizedTest
    @MethodSource("awkwardSizes")
    void linearWithPackedWeights(int size) {
        Pair x = pair(5, size, 1);
        Pair weight = pair(2 * size + 2, size, 1);
        Pair y = pair(5, 2 * size + 2, 1);
        Weight kept = ops.keep(packed(weight.actual()));
        for (boolean accumulate : new boolean[] {false, true}) {
            oracle.linear(x.expected(), weight.expected(), y.expected(), accumulate);
            ops.linear(x.actual(), kept, y.actual(), accumulate);
            assertClose(y, 2, size);
        }
    }

    /** More rows than an engine may dequantize at once. */
    @Test
    void backwardThroughPackedWeights() {
        Pair y = pair(5, 300, 1);
        Pair weight = pair(300, 13, 1);
        Pair x = pair(5, 13, 1);
        Weight kept = ops.keep(packed(weight.actual()));
        for (boolean accumulate : new boolean[] {false, true}) {
            oracle.linearBackward(y.expected(), weight.expected(), x.expected(), accumulate);
            ops.linearBackward(y.actual(), kept, x.actual(), accumulate);
            assertClose(x, 2, 300);
        }
    }

    @Test
    void gather() {
        Pair table = pair(7, 13, 1);
        Pair y = pair(4, 13, 1);
        int[] rows = {6, 0, 6, 3};
        oracle.gather(table.expected(), rows, y.expected());
        ops.gather(table.actual(), rows, y.actual());
        assertClose(y, 0, 1);
    }

    static PackedRows packed(Tensor weight) {
        return new PackedRows() {
            @Override
            public int rows() {
                return weight.rows();
            }

            @Override
            public int columns() {
                return weight.columns();
            }

            @Override
            public void dequantize(int row, float[] target, int offset) {
                float[] values = new float[weight.columns()];
                weight.readRow(row, values);
                System.arraycopy(values, 0, target, offset, values.length);
            }
        };
    }

    @ParameterizedTest
    @MethodSource("awkwardSizes")
    void linearBackward(int size) {
        Pair y = pair(5, size, 1);
        Pair weight = pair(size, size + 2, 1);
        Pair x = pair(5, size + 2, 1);
        for (boolean accumulate : new boolean[] {false, true}) {
            oracle.linearBackward(y.expected(), weight.expected(), x.expected(), accumulate);
            ops.linearBackward(y.actual(), weight.actual(), x.actual(), accumulate);
            assertClose(x, 1, size);
        }
    }

    @ParameterizedTest
    @MethodSource("awkwardSizes")
    void rmsNorm(int size) {
        Pair x = pair(3, size, 5);
        Pair y = pair(3, size, 1);
        float[] gain = new float[size];
        for (int i = 0; i < size; i++) {
            gain[i] = 1f + i % 3;
        }
        oracle.rmsNorm(x.expected(), gain, 1e-5, y.expected());
        ops.rmsNorm(x.actual(), gain, 1e-5, y.actual());
        assertClose(y, 3 * Math.sqrt(size), 1);
    }

    @Test
    void rmsNormOfZerosIsZero() {
        Tensor x = ops.allocate(1, 4);
        x.writeRow(0, new float[4], 0);
        ops.rmsNorm(x, new float[] {1, 1, 1, 1}, 1e-5, x);
        float[] row = new float[4];
        x.readRow(0, row);
        assertThat(row).containsOnly(0f);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 6, 48})
    void rotate(int headSize) {
        Rotary rotary = Rotary.of(config(headSize), 13);
        Pair x = pair(26, 3 * headSize, 1);
        oracle.rotate(x.expected(), rotary, 13);
        ops.rotate(x.actual(), rotary, 13);
        assertClose(x, 1, 1);
    }

    @Test
    void theReversedRotationUndoesTheRotation() {
        Rotary rotary = Rotary.of(config(6), 13);
        Pair x = pair(13, 18, 1);
        ops.rotate(x.actual(), rotary, 13);
        ops.rotate(x.actual(), rotary.reversed(), 13);
        assertClose(x, 1, 1);
    }

    /** For tests of sizes that one engine cares about. */
    protected void attentionLikeTheOracle(int sequences, int length, int headSize, int heads, int keyHeads) {
        Pair q = pair(sequences * length, heads * headSize, 1);
        Pair k = pair(sequences * length, keyHeads * headSize, 1);
        Pair v = pair(sequences * length, keyHeads * headSize, 1);
        Pair y = pair(sequences * length, heads * headSize, 1);
        oracle.attention(q.expected(), k.expected(), v.expected(), headSize, length, y.expected());
        ops.attention(q.actual(), k.actual(), v.actual(), headSize, length, y.actual());
        assertClose(y, 1, headSize);
    }

    @ParameterizedTest
    @MethodSource("awkwardSizes")
    void attentionOfTwoSequences(int length) {
        int headSize = 6;
        Pair q = pair(2 * length, 4 * headSize, 3);
        Pair k = pair(2 * length, 2 * headSize, 3);
        Pair v = pair(2 * length, 2 * headSize, 1);
        Pair y = pair(2 * length, 4 * headSize, 1);
        oracle.attention(q.expected(), k.expected(), v.expected(), headSize, length, y.expected());
        ops.attention(q.actual(), k.actual(), v.actual(), headSize, length, y.actual());
        assertClose(y, 10, length);
    }

    /** Four query heads on two key heads; sizes below, at and beyond what registers hold. */
    @ParameterizedTest
    @ValueSource(ints = {2, 16, 34, 64, 128})
    void attentionOfHeads(int headSize) {
        int length = 37;
        Pair q = pair(length, 4 * headSize, 1);
        Pair k = pair(length, 2 * headSize, 1);
        Pair v = pair(length, 2 * headSize, 1);
        oracle.attention(q.expected(), k.expected(), v.expected(), headSize, length, q.expected());
        ops.attention(q.actual(), k.actual(), v.actual(), headSize, length, q.actual());
        assertClose(q, 1, headSize + length);
    }

    /** What another sequence left in the scratch memory of the engine must not show. */
    @Test
    void attentionForgetsWhatCameBefore() {
        int headSize = 8;
        Pair large = pair(13, 4 * headSize, 1e20);
        Pair largeKeys = pair(13, 2 * headSize, 1);
        ops.attention(large.actual(), largeKeys.actual(), largeKeys.actual(), headSize, 13, large.actual());
        Pair q = pair(13, 4 * headSize, 1);
        Pair k = pair(13, 2 * headSize, 1);
        oracle.attention(q.expected(), k.expected(), k.expected(), headSize, 13, q.expected());
        ops.attention(q.actual(), k.actual(), k.actual(), headSize, 13, q.actual());
        assertClose(q, 1, 13);
    }

    @ParameterizedTest
    @MethodSource("awkwardSizes")
    void slicesShareMemoryAndCopiesDoNot(int columns) {
        Pair whole = pair(5, columns, 1);
        Pair copy = pair(2, columns, 1);
        ops.copy(whole.actual().slice(3, 2), copy.actual());
        oracle.copy(whole.expected().slice(3, 2), copy.expected());
        float[] zeros = new float[columns];
        whole.actual().slice(2, 3).writeRow(2, zeros, 0);
        whole.expected().slice(2, 3).writeRow(2, zeros, 0);
        assertClose(whole, 0, 1);
        assertClose(copy, 0, 1);
    }

    @Test
    void attentionSurvivesExtremeScores() {
        Pair q = pair(5, 4, 300);
        Pair k = pair(5, 4, 300);
        Pair v = pair(5, 4, 1);
        Pair y = pair(5, 4, 1);
        oracle.attention(q.expected(), k.expected(), v.expected(), 4, 5, y.expected());
        ops.attention(q.actual(), k.actual(), v.actual(), 4, 5, y.actual());
        assertClose(y, 100, 5);
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, 30, 1000})
    void swiGlu(double scale) {
        Pair gate = pair(3, 207, scale);
        Pair up = pair(3, 207, 1);
        oracle.swiGlu(gate.expected(), up.expected());
        ops.swiGlu(gate.actual(), up.actual());
        assertClose(gate, scale, 1);
    }

    @ParameterizedTest
    @MethodSource("awkwardSizes")
    void gram(int size) {
        Pair x = pair(size, 13, 1);
        Pair product = pair(13, 13, 1);
        oracle.gram(x.expected(), product.expected());
        ops.gram(x.actual(), product.actual());
        UpperTriangle.mirror(product.actual());
        assertClose(product, size, 1);
    }

    @ParameterizedTest
    @MethodSource("awkwardSizes")
    void crossGram(int size) {
        Pair y = pair(size, 7, 1);
        Pair x = pair(size, 13, 1);
        Pair product = pair(7, 13, 1);
        oracle.crossGram(y.expected(), x.expected(), product.expected());
        ops.crossGram(y.actual(), x.actual(), product.actual());
        assertClose(product, 1, size);
    }

    @ParameterizedTest
    @MethodSource("awkwardSizes")
    void scoreAgainstADensePrediction(int vocabulary) {
        Pair dense = pair(7, vocabulary, 8);
        Pair logits = pair(7, vocabulary, 8);
        int[] targets = random.ints(7, 0, vocabulary).toArray();
        double[][] expected = new double[2][7];
        double[][] actual = new double[2][7];
        oracle.score(
                logits.expected(),
                targets,
                oracle.densePrediction(dense.expected(), Divergence.FULL),
                expected[0],
                expected[1]);
        ops.score(logits.actual(), targets, ops.densePrediction(dense.actual(), Divergence.FULL), actual[0], actual[1]);
        for (int t = 0; t < 7; t++) {
            assertThat(actual[0][t]).isCloseTo(expected[0][t], Offset.offset(1e-5));
            assertThat(actual[1][t]).isCloseTo(expected[1][t], Offset.offset(1e-5));
        }
    }

    @Test
    void aPredictionDoesNotDivergeFromItself() {
        Tensor logits = pair(4, 257, 20).actual();
        double[] kl = new double[4];
        ops.score(logits, new int[4], ops.densePrediction(logits, Divergence.FULL), kl, new double[4]);
        for (double value : kl) {
            assertThat(value).isCloseTo(0, Offset.offset(1e-6));
        }
    }

    static ModelConfig config(int headSize) {
        return new ModelConfig(4 * headSize, 8, 1, 4, 2, headSize, 10, 64, 1e-5, 10_000, Optional.empty(), false, 1);
    }
}
