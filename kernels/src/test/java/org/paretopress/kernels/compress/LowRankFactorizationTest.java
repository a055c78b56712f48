package org.paretopress.kernels.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.paretopress.kernels.levels.PackedMatrix;

/** Factors are the best of their rank: compared with a decomposition by Jacobi rotations, and with other factors. */
class LowRankFactorizationTest {

    @ParameterizedTest
    @CsvSource({"1,1", "1,7", "7,1", "13,5", "5,13", "33,64", "64,33", "20,20"})
    void plainLeavesTheDiscardedSingularValues(int rows, int columns) {
        WeightMatrix weights = LayerSamples.weights(rows, columns, 1);
        double[][] dense = NaiveMatrix.of(weights);
        JacobiSvd oracle = JacobiSvd.of(dense);
        LowRankFactors full = LowRankFactorization.plain(weights);
        double total = oracle.discarded(0, 2);
        for (int rank = 1; rank <= full.rank(); rank++) {
            LowRankFactors factors = full.truncate(rank);
            double error = NaiveMatrix.squaredDistance(dense, NaiveMatrix.of(factors));
            assertThat(error).isCloseTo(oracle.discarded(rank, 2), within(1e-13 * total));
            assertThat(error)
                    .isLessThanOrEqualTo(NaiveMatrix.squaredDistance(dense, oracle.truncated(rank)) + 1e-14 * total);
            assertThat(factors.error()).isCloseTo(error, within(1e-13 * total));
        }
        assertThat(full.errors()[0]).isCloseTo(total, within(1e-13 * total));
        assertReproduces(dense, full);
    }

    @ParameterizedTest
    @CsvSource({"1,1", "1,7", "7,1", "13,5", "5,13", "33,64", "64,33"})
    void rowWeightedLeavesTheDiscardedSingularValuesOfTheWeightedRows(int rows, int columns) {
        WeightMatrix weights = LayerSamples.weights(rows, columns, 2);
        double[] rowWeights = new Random(3).doubles(rows, 0.01, 4).toArray();
        double mean = Arrays.stream(rowWeights).average().orElseThrow();
        double[] roots = Arrays.stream(rowWeights).map(Math::sqrt).toArray();
        double[][] scaled = NaiveMatrix.scaled(roots, NaiveMatrix.of(weights));
        JacobiSvd oracle = JacobiSvd.of(scaled);
        LowRankFactors full = LowRankFactorization.rowWeighted(weights, rowWeights);
        LowRankFactors plain = LowRankFactorization.plain(weights);
        double total = oracle.discarded(0, 2);
        for (int rank = 1; rank <= full.rank(); rank++) {
            double error = weightedError(scaled, roots, full.truncate(rank));
            assertThat(error).isCloseTo(oracle.discarded(rank, 2), within(1e-13 * total));
            assertThat(error).isLessThanOrEqualTo(weightedError(scaled, roots, plain.truncate(rank)) + 1e-13 * total);
            assertThat(full.errors()[rank] * mean).isCloseTo(error, within(1e-13 * total));
        }
        assertReproduces(NaiveMatrix.of(weights), full);
    }

    private static double weightedError(double[][] scaled, double[] roots, LowRankFactors factors) {
        return NaiveMatrix.squaredDistance(scaled, NaiveMatrix.scaled(roots, NaiveMatrix.of(factors)));
    }

    @ParameterizedTest
    @CsvSource({"1,1", "1,7", "7,1", "13,5", "5,13", "33,64", "64,33", "9,300"})
    void outputAwareLeavesTheDiscardedEigenvalues(int rows, int columns) {
        WeightMatrix weights = LayerSamples.weights(rows, columns, 4);
        CalibrationStatistics statistics = LayerSamples.statistics(columns, 5);
        assertBest(
                NaiveMatrix.of(weights),
                NaiveMatrix.of(statistics),
                LowRankFactorization.outputAware(weights, statistics));
        assertReproduces(NaiveMatrix.of(weights), LowRankFactorization.outputAware(weights, statistics));
    }

    /** At every rank: as good as eigenvalues allow, and no worse than the plain decomposition. */
    private static void assertBest(double[][] dense, double[][] hessian, LowRankFactors full) {
        double[][] covariance = NaiveMatrix.product(NaiveMatrix.product(dense, hessian), NaiveMatrix.transpose(dense));
        JacobiSvd oracle = JacobiSvd.of(covariance);
        JacobiSvd plain = JacobiSvd.of(dense);
        double total = oracle.discarded(0, 1);
        for (int rank = 1; rank <= full.rank(); rank++) {
            LowRankFactors factors = full.truncate(rank);
            double error = NaiveMatrix.outputDistance(dense, NaiveMatrix.of(factors), hessian);
            assertThat(error).isCloseTo(oracle.discarded(rank, 1), within(1e-9 * total));
            assertThat(error)
                    .isLessThanOrEqualTo(
                            NaiveMatrix.outputDistance(dense, plain.truncated(rank), hessian) + 1e-10 * total);
            assertThat(factors.error()).isCloseTo(error, within(1e-12 * total));
        }
    }

    @ParameterizedTest
    @CsvSource({"13,5,2", "5,13,3", "6,40,1", "40,6,5"})
    void noPerturbationOfTheFactorsIsBetter(int rows, int columns, int rank) {
        WeightMatrix weights = LayerSamples.weights(rows, columns, 6);
        CalibrationStatistics statistics = LayerSamples.statistics(columns, 7);
        double[][] dense = NaiveMatrix.of(weights);
        double[][] hessian = NaiveMatrix.of(statistics);
        LowRankFactors factors =
                LowRankFactorization.outputAware(weights, statistics).truncate(rank);
        double[][] b = NaiveMatrix.of(rows, rank, factors.b());
        double[][] a = NaiveMatrix.of(rank, columns, factors.a());
        double best = NaiveMatrix.outputDistance(dense, NaiveMatrix.product(b, a), hessian);
        Random random = new Random(8);
        for (int i = 0; i < 3000; i++) {
            double step = Math.pow(10, -1 - i % 6);
            double[][] nearB = NaiveMatrix.sum(b, step, NaiveMatrix.gaussian(rows, rank, random));
            double[][] nearA = NaiveMatrix.sum(a, step, NaiveMatrix.gaussian(rank, columns, random));
            double[][] near = NaiveMatrix.product(i % 3 == 0 ? b : nearB, i % 3 == 1 ? a : nearA);
            assertThat(NaiveMatrix.outputDistance(dense, near, hessian)).isGreaterThan(best);
        }
    }

    @ParameterizedTest
    @CsvSource({"13,20,6", "30,20,6", "20,20,1", "64,33,20"})
    void fewerTokensThanInputsAreEnough(int rows, int columns, int tokens) {
        WeightMatrix weights = LayerSamples.weights(rows, columns, 9);
        double[][] inputs = LayerSamples.inputs(tokens, columns, 10);
        for (double[] input : inputs) {
            input[columns / 2] = 0;
            input[3] = 0;
        }
        CalibrationStatistics statistics = LayerSamples.statistics(inputs);
        double[][] dense = NaiveMatrix.of(weights);
        double[][] hessian = NaiveMatrix.of(statistics);
        LowRankFactors full = LowRankFactorization.outputAware(weights, statistics);
        assertBest(dense, hessian, full);
        double[][] enough = NaiveMatrix.of(full.truncate(Math.min(rows, tokens)));
        double total = full.errors()[0];
        assertThat(NaiveMatrix.outputDistance(dense, enough, hessian)).isCloseTo(0, within(1e-12 * total));
        assertReproduces(dense, full);
    }

    @Test
    void whatDeadInputsAskForComesLastAndBestFirst() {
        WeightMatrix weights = LayerSamples.weights(30, 20, 13);
        double[][] inputs = LayerSamples.inputs(60, 20, 14);
        for (double[] input : inputs) {
            Arrays.fill(input, 8, 20, 0);
        }
        LowRankFactors full = LowRankFactorization.outputAware(weights, LayerSamples.statistics(inputs));
        double[][] dense = NaiveMatrix.of(weights);
        double[][] rest = NaiveMatrix.sum(dense, -1, NaiveMatrix.of(full.truncate(8)));
        JacobiSvd oracle = JacobiSvd.of(rest);
        double total = oracle.discarded(0, 2);
        for (int rank = 8; rank <= 20; rank++) {
            double error = NaiveMatrix.squaredDistance(dense, NaiveMatrix.of(full.truncate(rank)));
            assertThat(error).isCloseTo(oracle.discarded(rank - 8, 2), within(1e-6 * total));
        }
    }

    @Test
    void compensationIsThatOfThePaper() {
        for (int[] shape : new int[][] {{13, 20}, {40, 20}, {16, 16}}) {
            WeightMatrix weights = LayerSamples.weights(shape[0], shape[1], 11);
            CalibrationStatistics statistics = LayerSamples.statistics(shape[1], 12);
            PackedMatrix level = new RoundToNearest(new UniformGrids(List.of(2), 8, false, UniformGrids.Fit.range))
                    .compress(weights, statistics)
                    .get(0);
            float[] packed = new float[shape[0] * shape[1]];
            level.dequantize(packed);
            double[][] residual =
                    NaiveMatrix.sum(NaiveMatrix.of(weights), -1, NaiveMatrix.of(shape[0], shape[1], packed));
            LowRankFactors full = LowRankFactorization.compensation(weights, level, statistics);
            assertBest(residual, NaiveMatrix.of(statistics), full);
            double measured = new ErrorMeter(weights, statistics).measure(level).outputError();
            assertThat(full.errors()[0]).isCloseTo(measured, within(1e-12 * measured));
            for (int rank = 1; rank <= full.rank(); rank++) {
                double[][] expected = eora(residual, NaiveMatrix.of(statistics), rank);
                assertThat(NaiveMatrix.squaredDistance(expected, NaiveMatrix.of(full.truncate(rank))))
                        .isLessThan(1e-14 * NaiveMatrix.squaredDistance(residual, new double[shape[0]][shape[1]]));
            }
        }
    }

    /** As in the paper: into the space of eigenvectors by V Λ^½, the best of a rank there, and back by Λ^−½ Vᵀ. */
    private static double[][] eora(double[][] residual, double[][] hessian, int rank) {
        JacobiSvd eigen = JacobiSvd.of(hessian);
        double[] roots = Arrays.stream(eigen.values()).map(Math::sqrt).toArray();
        double[] inverses = Arrays.stream(roots).map(root -> 1 / root).toArray();
        double[][] vectors = NaiveMatrix.transpose(eigen.v());
        double[][] into = NaiveMatrix.transpose(NaiveMatrix.scaled(roots, vectors));
        double[][] best = JacobiSvd.of(NaiveMatrix.product(residual, into)).truncated(rank);
        return NaiveMatrix.product(best, NaiveMatrix.scaled(inverses, vectors));
    }

    static void assertReproduces(double[][] dense, LowRankFactors full) {
        double[][] found = NaiveMatrix.of(full);
        for (int row = 0; row < dense.length; row++) {
            assertThat(found[row]).containsExactly(dense[row], within(1e-12));
        }
    }
}
