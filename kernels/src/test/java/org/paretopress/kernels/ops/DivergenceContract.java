package org.paretopress.kernels.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.paretopress.kernels.ops.Divergence.Tail;
import org.paretopress.kernels.ops.Divergence.TopTokens;

/** The part of {@link TensorOpsContract} about divergences over the top tokens, against sums over all outcomes. */
public abstract class DivergenceContract {

    private static final int ROWS = 7;

    private final TensorOps ops = create();
    private final SplittableRandom random = new SplittableRandom(11);

    /** The engine under test. */
    protected abstract TensorOps create();

    @AfterEach
    void closeEngine() {
        ops.close();
    }

    static Stream<Arguments> awkwardTops() {
        return Stream.of(2, 3, 13, 207, 1031).flatMap(size -> Stream.of(1, 2, 5, 64, 206, 1030)
                .filter(top -> top < size)
                .flatMap(top -> Stream.of(Tail.values()).map(tail -> Arguments.of(size, top, tail))));
    }

    @ParameterizedTest
    @MethodSource("awkwardTops")
    void equalsTheSumOverItsOutcomes(int vocabulary, int top, Tail tail) {
        float[][] dense = random(vocabulary, 8);
        float[][] candidate = random(vocabulary, 8);
        assertMatchesBruteForce(dense, candidate, top, tail, 1e-5);
    }

    /** Nearly all mass on few tokens, on either side; logits that differ by hundreds. */
    @ParameterizedTest
    @EnumSource(Tail.class)
    void survivesExtremes(Tail tail) {
        float[][] flat = random(257, 1e-3);
        float[][] peaked = random(257, 300);
        float[][] moderate = random(257, 20);
        for (int top : new int[] {1, 7, 200}) {
            assertMatchesBruteForce(peaked, flat, top, tail, 1e-4);
            assertMatchesBruteForce(flat, peaked, top, tail, 1e-3);
            assertMatchesBruteForce(peaked, random(257, 300), top, tail, 1e-3);
            assertMatchesBruteForce(moderate, random(257, 20), top, tail, 1e-4);
        }
    }

    /** A tail far below what 1 minus the mass of the top could tell. */
    @Test
    void aTinyTailIsSummedAndNotSubtracted() {
        float[] z = new float[300];
        z[17] = 40;
        SparsePrediction dense = (SparsePrediction) predict(new float[][] {z}, new TopTokens(1, Tail.BUCKET));
        assertThat(dense.tailMass()[0]).isCloseTo(299 * Math.exp(-40), Offset.offset(1e-5 * 299 * Math.exp(-40)));
    }

    @ParameterizedTest
    @EnumSource(Tail.class)
    void keepsTheMostProbableInOrder(Tail tail) {
        float[] z = {0f, 2f, -1f, 2f, -0f, 5f, 2f, -7f, 0f};
        SparsePrediction dense = (SparsePrediction) predict(new float[][] {z}, new TopTokens(7, tail));
        float[] tokens = new float[7];
        float[] probabilities = new float[7];
        dense.tokens().readRow(0, tokens);
        dense.probabilities().readRow(0, probabilities);
        assertThat(tokens).containsExactly(5, 1, 3, 6, 0, 4, 8);
        double sum = tail == Tail.BUCKET ? sumOfExponentials(z) : sumOfExponentials(z) - Math.exp(-1) - Math.exp(-7);
        for (int i = 0; i < tokens.length; i++) {
            double expected = Math.exp(z[(int) tokens[i]]) / sum;
            assertThat((double) probabilities[i]).isCloseTo(expected, Offset.offset(1e-7));
        }
        assertThat(dense.sizeInBytes()).isBetween(7L * (4 + 4), 8L * (4 + 4)); // rows may be padded
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 13, 257})
    void overTheWholeVocabularyItIsTheFullDivergence(int vocabulary) {
        float[][] dense = random(vocabulary, 8);
        float[][] candidate = random(vocabulary, 8);
        double[] full = score(dense, candidate, Divergence.FULL);
        for (Tail tail : Tail.values()) {
            assertThat(score(dense, candidate, new TopTokens(vocabulary, tail))).isEqualTo(full);
            assertThat(score(dense, candidate, new TopTokens(Integer.MAX_VALUE, tail)))
                    .isEqualTo(full);
        }
    }

    /** The log-sum inequality: outcomes that are told apart can only add to the divergence. */
    @Test
    void aBucketNeverExceedsTheFullDivergenceAndGrowsWithTheTop() {
        float[][] dense = random(257, 6);
        float[][] candidate = random(257, 6);
        List<double[]> rising = new ArrayList<>();
        for (int top : new int[] {1, 2, 5, 20, 100, 256}) {
            rising.add(score(dense, candidate, new TopTokens(top, Tail.BUCKET)));
        }
        rising.add(score(dense, candidate, Divergence.FULL));
        for (int t = 0; t < ROWS; t++) {
            assertThat(rising.get(0)[t]).isGreaterThan(-1e-6);
            for (int i = 1; i < rising.size(); i++) {
                assertThat(rising.get(i)[t]).isGreaterThan(rising.get(i - 1)[t] - 1e-6);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("awkwardTops")
    void nothingDivergesFromItself(int vocabulary, int top, Tail tail) {
        float[][] logits = random(vocabulary, 20);
        for (double kl : score(logits, logits, new TopTokens(top, tail))) {
            assertThat(kl).isCloseTo(0, Offset.offset(1e-5));
        }
    }

    @Test
    void theLikelihoodDoesNotDependOnTheDivergence() {
        float[][] dense = random(207, 8);
        Tensor candidate = tensor(random(207, 8));
        int[] targets = random.ints(ROWS, 0, 207).toArray();
        double[] alone = new double[ROWS];
        ops.score(candidate, targets, null, null, alone);
        for (Tail tail : Tail.values()) {
            double[] nll = new double[ROWS];
            ops.score(candidate, targets, predict(dense, new TopTokens(9, tail)), new double[ROWS], nll);
            assertThat(nll).isEqualTo(alone);
        }
    }

    @Test
    void aTopOfNothingIsRefused() {
        assertThatThrownBy(() -> new TopTokens(0, Tail.BUCKET)).hasMessageContaining("top 0");
    }

    private void assertMatchesBruteForce(float[][] dense, float[][] candidate, int top, Tail tail, double tolerance) {
        double[] actual = score(dense, candidate, new TopTokens(top, tail));
        for (int t = 0; t < ROWS; t++) {
            double expected = bruteForce(dense[t], candidate[t], top, tail);
            assertThat(actual[t])
                    .as("row %d, top %d, %s", t, top, tail)
                    .isCloseTo(expected, Offset.offset(tolerance * (1 + expected / 10)));
        }
    }

    /** Σ p·log(p / q) over outcomes: sets of tokens, whose logarithms of probabilities are worked out first. */
    private static double bruteForce(float[] dense, float[] candidate, int top, Tail tail) {
        List<Integer> order = IntStream.range(0, dense.length)
                .boxed()
                .sorted((a, b) -> dense[a] != dense[b] ? Float.compare(dense[b], dense[a]) : a - b)
                .toList();
        List<List<Integer>> outcomes = new ArrayList<>();
        order.subList(0, top).forEach(token -> outcomes.add(List.of(token)));
        List<Integer> whole = order.subList(0, top);
        if (tail == Tail.BUCKET) {
            outcomes.add(order.subList(top, order.size()));
            whole = order;
        }
        double divergence = 0;
        for (List<Integer> outcome : outcomes) {
            double logP = logSum(dense, outcome) - logSum(dense, whole);
            double logQ = logSum(candidate, outcome) - logSum(candidate, whole);
            divergence += Math.exp(logP) * (logP - logQ);
        }
        return divergence;
    }

    private static double logSum(float[] logits, List<Integer> tokens) {
        double largest = tokens.stream().mapToDouble(i -> logits[i]).max().orElseThrow();
        return largest
                + Math.log(tokens.stream()
                        .mapToDouble(i -> Math.exp(logits[i] - largest))
                        .sum());
    }

    private static double sumOfExponentials(float[] z) {
        return IntStream.range(0, z.length).mapToDouble(i -> Math.exp(z[i])).sum();
    }

    private double[] score(float[][] dense, float[][] candidate, Divergence divergence) {
        double[] kl = new double[candidate.length];
        try (DensePrediction prediction = predict(dense, divergence)) {
            ops.score(tensor(candidate), new int[candidate.length], prediction, kl, new double[candidate.length]);
        }
        return kl;
    }

    private DensePrediction predict(float[][] dense, Divergence divergence) {
        return ops.densePrediction(tensor(dense), divergence);
    }

    private Tensor tensor(float[][] rows) {
        Tensor tensor = ops.allocate(rows.length, rows[0].length);
        for (int r = 0; r < rows.length; r++) {
            tensor.writeRow(r, rows[r], 0);
        }
        return tensor;
    }

    private float[][] random(int columns, double scale) {
        float[][] rows = new float[ROWS][columns];
        for (float[] row : rows) {
            for (int i = 0; i < columns; i++) {
                row[i] = (float) (scale * (random.nextDouble() * 2 - 1));
            }
        }
        return rows;
    }
}
