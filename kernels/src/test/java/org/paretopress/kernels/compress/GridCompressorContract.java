package org.paretopress.kernels.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.paretopress.kernels.compress.UniformGrids.Fit;
import org.paretopress.kernels.levels.LevelErrors;
import org.paretopress.kernels.levels.PackedMatrix;

/** What methods on uniform grids promise beyond that. */
abstract class GridCompressorContract extends CompressorContract {

    abstract Compressor compressor(UniformGrids grids);

    Compressor compressor(List<Integer> bits, int quantizationGroupSize) {
        return compressor(new UniformGrids(bits, quantizationGroupSize, false, Fit.range));
    }

    @Override
    Compressor compressor() {
        return compressor(List.of(8, 2, 3, 4, 5, 6, 7), 64);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 16, 48, 100, 1000})
    void groupsOfAnySizeAreFilled(int quantizationGroupSize) {
        for (boolean symmetric : new boolean[] {false, true}) {
            for (Fit fit : Fit.values()) {
                Compressor compressor =
                        compressor(new UniformGrids(List.of(5, 2, 3), quantizationGroupSize, symmetric, fit));
                for (int columns : awkwardColumns()) {
                    WeightMatrix weights = LayerSamples.weights(3, columns, 1);
                    List<PackedMatrix> levels = compressor.compress(weights, LayerSamples.statistics(columns, 2));
                    assertThat(levels).extracting(PackedMatrix::level).containsExactly("2", "3", "5");
                    assertThat(levels).extracting(PackedMatrix::layout).isEqualTo(compressor.layouts(3, columns));
                }
            }
        }
    }

    @Test
    void oneMoreBitMoreThanHalvesTheError() {
        WeightMatrix weights = LayerSamples.weights(64, 207, 3);
        CalibrationStatistics statistics = LayerSamples.statistics(207, 4);
        ErrorMeter meter = new ErrorMeter(weights, statistics);
        List<LevelErrors> errors = compressor().compress(weights, statistics).stream()
                .map(meter::measure)
                .toList();
        for (int i = 1; i < errors.size(); i++) {
            assertThat(errors.get(i).weightError()).isLessThan(errors.get(i - 1).weightError());
            assertThat(errors.get(i).outputError()).isLessThan(errors.get(i - 1).outputError() / 2);
        }
        assertThat(errors.get(6).relativeOutputError()).isLessThan(1e-3);
    }

    @Test
    void rowsDoNotDependOnOtherRows() {
        WeightMatrix weights = LayerSamples.weights(64, 100, 7);
        CalibrationStatistics statistics = LayerSamples.statistics(100, 8);
        Compressor compressor = compressor(List.of(3), 16);
        PackedMatrix whole = compressor.compress(weights, statistics).get(0);
        float[] last = Arrays.copyOfRange(weights.values(), 37 * 100, 38 * 100);
        PackedMatrix alone = compressor
                .compress(new WeightMatrix(LayerSamples.LAYER, 1, 100, last), statistics)
                .get(0);
        float[] expected = new float[100];
        float[] found = new float[100];
        whole.dequantize(37, expected);
        alone.dequantize(0, found);
        assertThat(found).isEqualTo(expected);
    }

    @Test
    void refusesWeightsThatAreTooLarge() {
        float[] huge = {1e30f, -1e30f, 0, 0};
        assertThatIllegalArgumentException()
                .isThrownBy(() -> compressor(List.of(3), 16)
                        .compress(new WeightMatrix(LayerSamples.LAYER, 1, 4, huge), LayerSamples.statistics(4, 10)))
                .withMessageContaining(LayerSamples.LAYER)
                .withMessageContaining("row 0, column 0")
                .withMessageContaining("beyond binary16")
                .withMessageContaining("\nMaybe ");
    }

    @Test
    void refusesLevelsThatCannotBe() {
        for (List<Integer> bits : List.of(List.<Integer>of(), List.of(1, 2), List.of(9), List.of(3, 3))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> compressor(bits, 64))
                    .withMessageContaining("bits = " + bits)
                    .withMessageContaining("\nMaybe ");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> compressor(List.of(3), 0))
                .withMessageContaining("quantizationGroupSize = 0");
    }
}
