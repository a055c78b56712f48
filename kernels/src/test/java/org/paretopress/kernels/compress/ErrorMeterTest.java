package org.paretopress.kernels.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.paretopress.kernels.levels.LevelErrors;
import org.paretopress.kernels.levels.PackedMatrix;

class ErrorMeterTest {

    /** Mean over tokens of the squared length of (W − share · Q) x. */
    private static double meanOutput(WeightMatrix weights, float[] packed, double share, double[][] inputs) {
        double sum = 0;
        for (double[] input : inputs) {
            for (int row = 0; row < weights.rows(); row++) {
                double output = 0;
                for (int column = 0; column < weights.columns(); column++) {
                    double difference = weights.at(row, column) - share * packed[row * weights.columns() + column];
                    output += difference * input[column];
                }
                sum += output * output;
            }
        }
        return sum / inputs.length;
    }

    @ParameterizedTest
    @CsvSource({"1,1", "3,13", "300,20", "64,65", "600,7"})
    void agreesWithTheTokensThemselves(int rows, int columns) {
        double[][] inputs = LayerSamples.inputs(50, columns, 1);
        WeightMatrix weights = LayerSamples.weights(rows, columns, 2);
        CalibrationStatistics statistics = LayerSamples.statistics(inputs);
        PackedMatrix level = new RoundToNearest(new UniformGrids(List.of(2), 3, false, UniformGrids.Fit.range))
                .compress(weights, statistics)
                .get(0);
        float[] packed = new float[rows * columns];
        level.dequantize(packed);

        LevelErrors errors = new ErrorMeter(weights, statistics).measure(level);

        double output = meanOutput(weights, packed, 1, inputs);
        assertThat(errors.outputError()).isCloseTo(output, within(1e-9 * output + 1e-18));
        double relative = output / meanOutput(weights, packed, 0, inputs);
        assertThat(errors.relativeOutputError()).isCloseTo(relative, within(1e-9 * relative + 1e-18));
        double squares = 0;
        double dense = 0;
        for (int i = 0; i < packed.length; i++) {
            squares += Math.pow((double) weights.values()[i] - packed[i], 2);
            dense += Math.pow(weights.values()[i], 2);
        }
        assertThat(errors.weightError()).isCloseTo(squares / dense, within(1e-12));
    }

    @Test
    void refusesLevelsOfAnotherLayer() {
        CalibrationStatistics statistics = LayerSamples.statistics(4, 1);
        PackedMatrix other = new RoundToNearest(new UniformGrids(List.of(2), 4, false, UniformGrids.Fit.range))
                .compress(LayerSamples.weights(3, 4, 1), statistics)
                .get(0);
        ErrorMeter meter = new ErrorMeter(LayerSamples.weights(2, 4, 1), statistics);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> meter.measure(other))
                .withMessageContaining("2 x 4")
                .withMessageContaining("3 x 4");
    }
}
