package org.paretopress.kernels.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.paretopress.kernels.levels.PackedMatrix;

/** Levels that are or hold a product of two thin matrices. */
class FactoringTest {

    private static final List<Double> KEEP = List.of(0.1, 0.3, 0.6, 0.9);

    @Nested
    class ByOutput extends CompressorContract {

        @Override
        Compressor compressor() {
            return new Factoring(Factoring.Measure.activation, KEEP);
        }

        @Test
        void losesLessOutputThanThePlainDecomposition() {
            WeightMatrix weights = LayerSamples.weights(64, 100, 1);
            CalibrationStatistics statistics = LayerSamples.statistics(100, 2);
            ErrorMeter meter = new ErrorMeter(weights, statistics);
            List<PackedMatrix> own = compressor().compress(weights, statistics);
            List<PackedMatrix> plain = new Factoring(Factoring.Measure.svd, KEEP).compress(weights, statistics);
            for (int i = 0; i < own.size(); i++) {
                assertThat(meter.measure(own.get(i)).outputError())
                        .isLessThan(0.8 * meter.measure(plain.get(i)).outputError());
                assertThat(meter.measure(own.get(i)).weightError())
                        .isGreaterThan(meter.measure(plain.get(i)).weightError());
            }
        }
    }

    @Nested
    class Plain extends CompressorContract {

        @Override
        Compressor compressor() {
            return new Factoring(Factoring.Measure.svd, KEEP);
        }

        @Test
        void ranksKeepTheSharesOfParameters() {
            assertThat(compressor().layouts(64, 192))
                    .extracting(layout -> layout.level(64, 192))
                    .containsExactly("rank:4", "rank:14", "rank:28", "rank:43");
            assertThat(compressor().layouts(1, 1)).isEmpty();
        }
    }

    @Test
    void fisherInformationDecidesWhichRowsAreKeptWell() {
        WeightMatrix weights = LayerSamples.weights(20, 30, 3);
        double[] fisher = new double[20];
        Arrays.fill(fisher, 1e-3);
        fisher[7] = 1;
        CalibrationStatistics statistics = LayerSamples.statistics(30, 4);
        Factoring weighted = new Factoring(Factoring.Measure.fwsvd, List.of(0.3));
        PackedMatrix level =
                weighted.compress(weights, statistics.withOutputFisher(fisher)).get(0);
        PackedMatrix plain = new Factoring(Factoring.Measure.svd, List.of(0.3))
                .compress(weights, statistics)
                .get(0);
        assertThat(rowError(weights, level, 7)).isLessThan(0.1 * rowError(weights, plain, 7));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> weighted.compress(weights, statistics))
                .withMessageContaining("20 rows, but 0 row weights");
    }

    private static double rowError(WeightMatrix weights, PackedMatrix level, int row) {
        float[] values = new float[weights.columns()];
        level.dequantize(row, values);
        double sum = 0;
        for (int column = 0; column < values.length; column++) {
            double error = weights.at(row, column) - values[column];
            sum += error * error;
        }
        return sum;
    }

    @Nested
    class Compensated extends CompressorContract {

        @Override
        Compressor compressor() {
            return new Compensating(
                    new RoundToNearest(new UniformGrids(List.of(3), 64, false, UniformGrids.Fit.range)),
                    List.of(1, 4, 16));
        }

        @Test
        void namesTellBothParts() {
            assertThat(compressor().layouts(64, 10))
                    .extracting(layout -> layout.level(64, 10))
                    .containsExactly("3", "3+rank:1", "3+rank:4");
        }

        @Test
        void mendsMoreOfSparseLevelsThanItsSize() {
            WeightMatrix weights = LayerSamples.weights(64, 128, 1);
            CalibrationStatistics statistics = LayerSamples.statistics(128, 2);
            Compressor pruning = new Pruning(Pruning.Score.wanda, new SparsityLevels(0.7, 0, 1, false));
            List<PackedMatrix> levels = new Compensating(pruning, List.of(16)).compress(weights, statistics);
            ErrorMeter meter = new ErrorMeter(weights, statistics);
            assertThat(levels).extracting(PackedMatrix::level).containsExactly("sparse:0.7", "sparse:0.7+rank:16");
            assertThat(meter.measure(levels.get(1)).outputError())
                    .isLessThan(0.5 * meter.measure(levels.get(0)).outputError());
        }
    }
}
