package org.paretopress.kernels.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.paretopress.kernels.ggml.Half;
import org.paretopress.kernels.levels.PackedMatrix;

/** The form of the factors, and inputs at the edge. */
class LowRankFactorsTest {

    private static final WeightMatrix WEIGHTS = LayerSamples.weights(40, 25, 1);
    private static final CalibrationStatistics STATISTICS = LayerSamples.statistics(25, 2);
    private static final double[] ROW_WEIGHTS = new Random(3).doubles(40).toArray();
    private static final PackedMatrix LEVEL = new RoundToNearest(
                    new UniformGrids(List.of(3), 8, false, UniformGrids.Fit.range))
            .compress(WEIGHTS, STATISTICS)
            .get(0);
    private static final List<Supplier<LowRankFactors>> ALL = List.of(
            () -> LowRankFactorization.plain(WEIGHTS),
            () -> LowRankFactorization.rowWeighted(WEIGHTS, ROW_WEIGHTS),
            () -> LowRankFactorization.outputAware(WEIGHTS, STATISTICS),
            () -> LowRankFactorization.compensation(WEIGHTS, LEVEL, STATISTICS));

    @Test
    void componentsAreBalancedWithAPositivePeak() {
        for (Supplier<LowRankFactors> method : ALL) {
            LowRankFactors factors = method.get();
            double[][] columns = NaiveMatrix.transpose(NaiveMatrix.of(40, 25, factors.b()));
            double[][] rows = NaiveMatrix.of(25, 25, factors.a());
            for (int i = 0; i < 25; i++) {
                double square = NaiveMatrix.dot(columns[i], columns[i]);
                assertThat(NaiveMatrix.dot(rows[i], rows[i])).isCloseTo(square, within(1e-12 * square));
                double peak = Arrays.stream(columns[i]).max().orElseThrow();
                assertThat(Arrays.stream(columns[i]).min().orElseThrow()).isGreaterThanOrEqualTo(-peak);
            }
        }
    }

    @Test
    void manyThreadsAtOnceGetTheSameBits() {
        WeightMatrix weights = LayerSamples.weights(96, 207, 4);
        CalibrationStatistics statistics = LayerSamples.statistics(207, 5);
        LowRankFactors plain = LowRankFactorization.plain(weights);
        LowRankFactors aware = LowRankFactorization.outputAware(weights, statistics);
        IntStream.range(0, 24).parallel().forEach(i -> {
            assertSameBits(LowRankFactorization.plain(weights), plain);
            assertSameBits(LowRankFactorization.outputAware(weights, statistics), aware);
        });
        for (Supplier<LowRankFactors> method : ALL) {
            LowRankFactors expected = method.get();
            IntStream.range(0, 50).parallel().forEach(i -> assertSameBits(method.get(), expected));
        }
    }

    private static void assertSameBits(LowRankFactors found, LowRankFactors expected) {
        assertThat(found.b()).isEqualTo(expected.b());
        assertThat(found.a()).isEqualTo(expected.a());
        assertThat(found.errors()).isEqualTo(expected.errors());
    }

    @Test
    void smallerRanksArePrefixes() {
        for (Supplier<LowRankFactors> method : ALL) {
            LowRankFactors full = method.get();
            LowRankFactors seven = full.truncate(7);
            assertSameBits(full.truncate(12).truncate(7), seven);
            assertSameBits(full.truncate(25), full);
            assertThat(seven.b()[2 * 7 + 6]).isEqualTo(full.b()[2 * 25 + 6]);
            assertThat(seven.a()).isEqualTo(Arrays.copyOf(full.a(), 7 * 25));
            assertThat(seven.error()).isEqualTo(full.errors()[7]);
            for (int rank = 1; rank <= 25; rank++) {
                assertThat(full.errors()[rank]).isLessThanOrEqualTo(full.errors()[rank - 1]);
            }
            assertThat(full.error()).isZero();
        }
    }

    @Test
    void equalRowWeightsAreThePlainDecomposition() {
        double[] equal = new double[40];
        for (double weight : new double[] {0, 1, 0.3, 1e-300, 1e300}) {
            Arrays.fill(equal, weight);
            assertSameBits(LowRankFactorization.rowWeighted(WEIGHTS, equal), LowRankFactorization.plain(WEIGHTS));
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1e-30, 1e-9})
    void rowsWithoutWeightDivideNothingByZero(double least) {
        double[] rowWeights = ROW_WEIGHTS.clone();
        Arrays.fill(rowWeights, 0, 30, least);
        LowRankFactors full = LowRankFactorization.rowWeighted(WEIGHTS, rowWeights);
        LowRankFactorizationTest.assertReproduces(NaiveMatrix.of(WEIGHTS), full);
        // Ten rows that matter are exact, up to the others' floor, with ten components; the others are no worse than 0.
        double[][] found = NaiveMatrix.of(full.truncate(10));
        double[][] dense = NaiveMatrix.of(WEIGHTS);
        double[][] heavy = Arrays.copyOfRange(dense, 30, 40);
        double[][] light = Arrays.copyOfRange(dense, 0, 30);
        assertThat(NaiveMatrix.squaredDistance(heavy, Arrays.copyOfRange(found, 30, 40)))
                .isLessThan(1e-5 * NaiveMatrix.squaredDistance(heavy, new double[10][25]));
        assertThat(NaiveMatrix.squaredDistance(light, Arrays.copyOfRange(found, 0, 30)))
                .isLessThan(NaiveMatrix.squaredDistance(light, new double[30][25]));
        for (double value : full.b()) {
            assertThat(Half.toFloat(Half.ofDouble(value))).isFinite();
        }
    }

    @Test
    void zerosGiveZeros() {
        WeightMatrix zero = new WeightMatrix(LayerSamples.LAYER, 6, 25, new float[150]);
        for (LowRankFactors factors :
                List.of(LowRankFactorization.plain(zero), LowRankFactorization.outputAware(zero, STATISTICS))) {
            assertThat(factors.b()).hasSize(36).containsOnly(0.0);
            assertThat(factors.a()).hasSize(150).containsOnly(0.0);
            assertThat(factors.errors()).hasSize(7).containsOnly(0.0);
        }
    }

    @Test
    void equalSingularValuesLeaveEquallyMuch() {
        float[] orthogonal = new float[64];
        for (int i = 0; i < 64; i++) {
            orthogonal[i] = (Integer.bitCount(i / 8 & i % 8) & 1) == 0 ? 1 : -1;
        }
        WeightMatrix weights = new WeightMatrix(LayerSamples.LAYER, 8, 8, orthogonal);
        LowRankFactors full = LowRankFactorization.plain(weights);
        for (int rank = 1; rank <= 8; rank++) {
            double error = NaiveMatrix.squaredDistance(NaiveMatrix.of(weights), NaiveMatrix.of(full.truncate(rank)));
            assertThat(error).isCloseTo(64 - 8 * rank, within(1e-12));
        }
    }

    @Test
    void deadInputsLeaveThePlainDecomposition() {
        CalibrationStatistics dead = new CalibrationStatistics(25, 1, new double[625]);
        LowRankFactors plain = LowRankFactorization.plain(WEIGHTS);
        LowRankFactors found = LowRankFactorization.outputAware(WEIGHTS, dead);
        assertThat(found.errors()).containsOnly(0.0);
        assertThat(found.b()).containsExactly(plain.b(), within(1e-12));
        assertThat(found.a()).containsExactly(plain.a(), within(1e-12));
    }

    @Test
    void slightlyIndefiniteStatisticsDoNoHarm() {
        double[] hessian =
                LayerSamples.statistics(LayerSamples.inputs(6, 25, 6)).hessian();
        double[] rounded = new double[625];
        for (int i = 0; i < 625; i++) {
            rounded[i] = (float) hessian[i];
        }
        CalibrationStatistics statistics = new CalibrationStatistics(25, 6, rounded);
        double[][] found = NaiveMatrix.of(
                LowRankFactorization.outputAware(WEIGHTS, statistics).truncate(6));
        double[][] dense = NaiveMatrix.of(WEIGHTS);
        double[][] exact = NaiveMatrix.of(25, 25, hessian);
        assertThat(NaiveMatrix.outputDistance(dense, found, exact))
                .isLessThan(1e-6 * NaiveMatrix.outputDistance(dense, new double[40][25], exact));
    }

    @Test
    void failuresOfLapackNameTheLayer() {
        LayerRows broken = new LayerRows("model.layers.7", 3, 4, (target, row) -> Arrays.fill(target, Double.NaN));
        assertThatIllegalStateException()
                .isThrownBy(() -> LowRankDecomposition.rowScaled(broken, new double[] {1, 1, 1}))
                .withMessageContaining("Layer model.layers.7: LAPACK's dgesdd returned ")
                .withMessageContaining("\nMaybe ");
    }

    @Test
    void refusesWhatDoesNotFit() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LowRankFactorization.rowWeighted(WEIGHTS, new double[39]))
                .withMessageContaining("has 40 rows, but 39 row weights");
        for (double bad : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
            double[] rowWeights = ROW_WEIGHTS.clone();
            rowWeights[17] = bad;
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> LowRankFactorization.rowWeighted(WEIGHTS, rowWeights))
                    .withMessageContaining("the weight of row 17 is " + bad);
        }
        WeightMatrix other = LayerSamples.weights(40, 24, 1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LowRankFactorization.outputAware(other, STATISTICS))
                .withMessageContaining("has 24 inputs, its calibration statistics 25");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LowRankFactorization.compensation(LayerSamples.weights(3, 25, 1), LEVEL, STATISTICS))
                .withMessageContaining("40 x 25");
        LowRankFactors full = LowRankFactorization.plain(WEIGHTS);
        for (int rank : new int[] {0, 26}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> full.truncate(rank))
                    .withMessageContaining("Rank " + rank + " cannot be taken from 25 components");
        }
    }
}
