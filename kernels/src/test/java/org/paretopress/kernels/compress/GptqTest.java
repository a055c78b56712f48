package org.paretopress.kernels.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.paretopress.kernels.compress.UniformGrids.Fit;
import org.paretopress.kernels.ggml.Half;
import org.paretopress.kernels.levels.PackedMatrix;
import org.paretopress.kernels.levels.QuantizedMatrix;

class GptqTest extends GridCompressorContract {

    @Override
    Compressor compressor(UniformGrids grids) {
        return new Gptq(grids, 0.01, false);
    }

    private static Gptq gptq(List<Integer> bits, int quantizationGroupSize, double damping) {
        return new Gptq(new UniformGrids(bits, quantizationGroupSize, false, Fit.range), damping, false);
    }

    @ParameterizedTest
    @CsvSource({"1,1,16", "3,3,2", "5,13,4", "17,40,16", "3,70,48", "2,75,100", "4,66,5", "2,100,64", "2,70,33"})
    void equalsTheNaiveFormulation(int rows, int columns, int quantizationGroupSize) {
        WeightMatrix weights = LayerSamples.weights(rows, columns, 11L * rows);
        CalibrationStatistics statistics = LayerSamples.statistics(columns, columns);
        double[][] damped = NaiveGptq.damped(statistics, 0.01);
        for (PackedMatrix level :
                gptq(List.of(2, 3, 4, 8), quantizationGroupSize, 0.01).compress(weights, statistics)) {
            double[][] expected = NaiveGptq.quantize(weights, damped, (int) level.bits(), quantizationGroupSize);
            for (int row = 0; row < rows; row++) {
                float[] found = new float[columns];
                level.dequantize(row, found);
                for (int column = 0; column < columns; column++) {
                    assertThat((double) found[column])
                            .as("%s bits, row %d, column %d", level.level(), row, column)
                            .isEqualTo(expected[row][column] + 0.0);
                }
            }
        }
    }

    @Test
    void factorMultipliesBackToTheInverse() {
        CalibrationStatistics statistics = LayerSamples.statistics(37, 3);
        double[][] u = InverseFactor.of("w", statistics, 0.02, InverseFactor.naturalOrder(37))
                .rows();
        double[][] inverse = NaiveGptq.inverse(NaiveGptq.damped(statistics, 0.02), 0);
        for (int i = 0; i < 37; i++) {
            for (int j = 0; j < 37; j++) {
                double product = 0;
                for (int k = 0; k < 37; k++) {
                    product += u[k][i] * u[k][j];
                }
                assertThat(Math.abs(product - inverse[i][j])).isLessThan(1e-11 * Math.abs(inverse[i][i]) + 1e-12);
                assertThat(i > j ? u[i][j] : 0.0).isZero();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 6})
    void losesLessOutputThanRoundingOnCorrelatedInputs(int bits) {
        WeightMatrix weights = LayerSamples.weights(64, 257, 5);
        CalibrationStatistics statistics = LayerSamples.statistics(257, 6);
        ErrorMeter meter = new ErrorMeter(weights, statistics);
        double gptq = meter.measure(gptq(List.of(bits), 64, 0.01)
                        .compress(weights, statistics)
                        .get(0))
                .outputError();
        double rounded = meter.measure(new RoundToNearest(new UniformGrids(List.of(bits), 64, false, Fit.range))
                        .compress(weights, statistics)
                        .get(0))
                .outputError();
        assertThat(gptq).isLessThan(0.7 * rounded);
    }

    @Test
    void deadInputsGetWeightZeroAndDisturbNoOther() {
        double[][] live = LayerSamples.inputs(60, 19, 7);
        double[][] padded = new double[60][20];
        for (int token = 0; token < 60; token++) {
            System.arraycopy(live[token], 0, padded[token], 0, 9);
            System.arraycopy(live[token], 9, padded[token], 10, 10);
        }
        WeightMatrix weights = LayerSamples.weights(1, 20, 8);
        float[] liveWeights = new float[19];
        System.arraycopy(weights.values(), 0, liveWeights, 0, 9);
        System.arraycopy(weights.values(), 10, liveWeights, 9, 10);
        float[] found = firstRow(weights, LayerSamples.statistics(padded));
        float[] expected = firstRow(new WeightMatrix("live", 1, 19, liveWeights), LayerSamples.statistics(live));
        assertThat(found[9]).isZero();
        for (int i = 0; i < 19; i++) {
            assertThat(found[i < 9 ? i : i + 1]).isEqualTo(expected[i]);
        }
    }

    private static float[] firstRow(WeightMatrix weights, CalibrationStatistics statistics) {
        float[] values = new float[weights.columns()];
        gptq(List.of(4), 20, 0.01).compress(weights, statistics).get(0).dequantize(0, values);
        return values;
    }

    @Test
    void layersThatNothingReachesBecomeZero() {
        CalibrationStatistics nothing = new CalibrationStatistics(4, 1, new double[16]);
        WeightMatrix weights = LayerSamples.weights(2, 4, 9);
        PackedMatrix level = gptq(List.of(3), 16, 0).compress(weights, nothing).get(0);
        float[] values = new float[8];
        level.dequantize(values);
        assertThat(values).containsOnly(0f);
        assertThat(new ErrorMeter(weights, nothing).measure(level).weightError())
                .isEqualTo(1);
    }

    @Test
    void refusesStatisticsThatAreNotPositiveDefinite() {
        double[] hessian = {1, 2, 0, 2, 1, 0, 0, 0, 1};
        CalibrationStatistics impossible = new CalibrationStatistics(3, 5, hessian);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> gptq(List.of(3), 16, 0.01).compress(LayerSamples.weights(2, 3, 1), impossible))
                .withMessageContaining(LayerSamples.LAYER)
                .withMessageContaining("not positive definite at input 0 with damping 0.01")
                .withMessageContaining("\nMaybe raise the damping");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> gptq(List.of(3), 16, -1))
                .withMessageContaining("damping = -1.0");
        assertThatIllegalArgumentException().isThrownBy(() -> gptq(List.of(3), 16, Double.NaN));
    }

    @Test
    void namesItsParameters() {
        assertThat(gptq(List.of(4, 2), 64, 0.01).method())
                .isEqualTo("gptq bits=[2, 4] quantizationGroupSize=64 symmetric=false fit=range damping=0.01"
                        + " activationOrder=false");
    }

    /** Activation order with all grids laid beforehand is GPTQ on a permuted problem; grids are those of rounding. */
    @Test
    void activationOrderTreatsStrongInputsFirst() {
        int columns = 24;
        WeightMatrix weights = LayerSamples.weights(3, columns, 21);
        CalibrationStatistics statistics = LayerSamples.statistics(columns, 22);
        UniformGrids grids = new UniformGrids(List.of(3), 8, false, Fit.range);
        QuantizedMatrix rounded = (QuantizedMatrix)
                new RoundToNearest(grids).compress(weights, statistics).get(0);
        QuantizedMatrix found = (QuantizedMatrix)
                new Gptq(grids, 0.01, true).compress(weights, statistics).get(0);
        List<Integer> order = IntStream.range(0, columns)
                .boxed()
                .sorted(Comparator.comparing(c -> -statistics.at(c, c)))
                .toList();
        double[][] damped = NaiveGptq.damped(statistics, 0.01);
        double[][] permuted = new double[columns][columns];
        for (int i = 0; i < columns; i++) {
            for (int j = 0; j < columns; j++) {
                permuted[i][j] = damped[order.get(i)][order.get(j)];
            }
        }
        for (int row = 0; row < 3; row++) {
            double[] w = new double[columns];
            for (int i = 0; i < columns; i++) {
                w[i] = weights.at(row, order.get(i));
            }
            for (int i = 0; i < columns; i++) {
                int group = row * 3 + order.get(i) / 8;
                assertThat(found.scaleBits(group)).isEqualTo(rounded.scaleBits(group));
                double scale = Half.toFloat(found.scaleBits(group));
                double zero = found.zeroPoint(group);
                double code = Math.max(0, Math.min(7, Math.rint(w[i] / scale) + zero));
                assertThat(found.code(row, order.get(i))).isEqualTo((int) code);
                double[] inverse = NaiveGptq.inverse(permuted, i)[0];
                double step = (w[i] - scale * (code - zero)) / inverse[0];
                for (int j = i; j < columns; j++) {
                    w[j] -= step * inverse[j - i];
                }
            }
        }
    }

    @Test
    void leastSquaresFitNeverRoundsWorseThanTheRange() {
        WeightMatrix weights = LayerSamples.weights(40, 128, 31);
        CalibrationStatistics statistics = LayerSamples.statistics(128, 32);
        ErrorMeter meter = new ErrorMeter(weights, statistics);
        for (boolean symmetric : new boolean[] {false, true}) {
            for (int bits : new int[] {2, 3, 4}) {
                double range = meter.measure(
                                new RoundToNearest(new UniformGrids(List.of(bits), 32, symmetric, Fit.range))
                                        .compress(weights, statistics)
                                        .get(0))
                        .weightError();
                double leastSquares = meter.measure(
                                new RoundToNearest(new UniformGrids(List.of(bits), 32, symmetric, Fit.leastSquares))
                                        .compress(weights, statistics)
                                        .get(0))
                        .weightError();
                assertThat(leastSquares).isLessThan(range);
            }
        }
    }
}
