package org.paretopress.kernels.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.paretopress.kernels.levels.LayerFile;
import org.paretopress.kernels.levels.LayerFileWriter;
import org.paretopress.kernels.levels.LayerHeader;
import org.paretopress.kernels.levels.LevelErrors;
import org.paretopress.kernels.levels.MeasuredLevel;
import org.paretopress.kernels.levels.PackedMatrix;

/** What every compressor promises. */
abstract class CompressorContract {

    private static final int[] AWKWARD = {1, 3, 13, 64, 207, 257};

    /** The compressor under test with some levels. */
    abstract Compressor compressor(List<Integer> bits, int quantizationGroupSize);

    @ParameterizedTest
    @ValueSource(ints = {16, 48, 64, 100})
    void everyShapeGivesFiniteLevelsOfThatShape(int quantizationGroupSize) {
        Compressor compressor = compressor(List.of(5, 2, 3), quantizationGroupSize);
        for (int columns : AWKWARD) {
            CalibrationStatistics statistics = LayerSamples.statistics(columns, columns);
            for (int rows : AWKWARD) {
                WeightMatrix weights = LayerSamples.weights(rows, columns, rows);
                List<PackedMatrix> levels = compressor.compress(weights, statistics);
                assertThat(levels).extracting(PackedMatrix::level).containsExactly("2", "3", "5");
                assertThat(levels).isSortedAccordingTo((a, b) -> Long.compare(a.sizeInBytes(), b.sizeInBytes()));
                levels.forEach(level -> assertUsable(level, rows, columns));
            }
        }
    }

    private static void assertUsable(PackedMatrix level, int rows, int columns) {
        assertThat(level.rows()).isEqualTo(rows);
        assertThat(level.columns()).isEqualTo(columns);
        assertThat(level.payload().remaining()).isEqualTo((int) level.sizeInBytes());
        float[] values = new float[rows * columns];
        level.dequantize(values);
        for (float value : values) {
            assertThat(Float.isFinite(value)).isTrue();
        }
    }

    @Test
    void sizesAreTheWrittenBytes() throws IOException {
        WeightMatrix weights = LayerSamples.weights(13, 207, 1);
        CalibrationStatistics statistics = LayerSamples.statistics(207, 2);
        Compressor compressor = compressor(List.of(2, 3, 4, 5, 6, 7, 8), 64);
        ErrorMeter meter = new ErrorMeter(weights, statistics);
        List<MeasuredLevel> levels = compressor.compress(weights, statistics).stream()
                .map(level -> new MeasuredLevel(level, meter.measure(level)))
                .toList();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        LayerHeader header = new LayerFileWriter(weights.layer(), 64, compressor.method()).write(levels, out);
        LayerFile file = LayerFile.read("x", ByteBuffer.wrap(out.toByteArray()));
        for (int i = 0; i < levels.size(); i++) {
            PackedMatrix level = levels.get(i).matrix();
            assertThat(header.levels().get(i).length()).isEqualTo(level.sizeInBytes());
            assertThat(file.level(level.level()).payload()).isEqualTo(level.payload());
        }
    }

    @Test
    void errorsFallAsBitsGrow() {
        WeightMatrix weights = LayerSamples.weights(64, 207, 3);
        CalibrationStatistics statistics = LayerSamples.statistics(207, 4);
        ErrorMeter meter = new ErrorMeter(weights, statistics);
        List<LevelErrors> errors = compressor(List.of(2, 3, 4, 5, 6, 7, 8), 64).compress(weights, statistics).stream()
                .map(meter::measure)
                .toList();
        for (int i = 1; i < errors.size(); i++) {
            assertThat(errors.get(i).weightError()).isLessThan(errors.get(i - 1).weightError());
            assertThat(errors.get(i).outputError()).isLessThan(errors.get(i - 1).outputError() / 2);
            assertThat(errors.get(i).relativeOutputError())
                    .isLessThan(errors.get(i - 1).relativeOutputError());
        }
        assertThat(errors.get(6).relativeOutputError()).isLessThan(1e-3);
    }

    @Test
    void isDeterministicWhenCalledByManyThreads() {
        WeightMatrix weights = LayerSamples.weights(64, 207, 5);
        CalibrationStatistics statistics = LayerSamples.statistics(207, 6);
        Compressor compressor = compressor(List.of(2, 4), 64);
        List<PackedMatrix> expected = compressor.compress(weights, statistics);
        IntStream.range(0, 8).parallel().forEach(i -> {
            List<PackedMatrix> levels = compressor.compress(weights, statistics);
            assertThat(levels)
                    .extracting(PackedMatrix::payload)
                    .containsExactlyElementsOf(
                            expected.stream().map(PackedMatrix::payload).toList());
        });
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
    void zerosStayZero() {
        WeightMatrix weights = new WeightMatrix(LayerSamples.LAYER, 3, 20, new float[60]);
        CalibrationStatistics statistics = LayerSamples.statistics(20, 9);
        PackedMatrix level =
                compressor(List.of(2), 16).compress(weights, statistics).get(0);
        float[] values = new float[60];
        level.dequantize(values);
        assertThat(values).containsOnly(0f);
        assertThat(new ErrorMeter(weights, statistics).measure(level)).isEqualTo(new LevelErrors(0, 0, 0));
    }

    @Test
    void refusesWhatItCannotCompress() {
        Compressor compressor = compressor(List.of(3), 16);
        CalibrationStatistics statistics = LayerSamples.statistics(4, 10);
        float[] huge = {1e30f, -1e30f, 0, 0};
        assertThatIllegalArgumentException()
                .isThrownBy(() -> compressor.compress(new WeightMatrix(LayerSamples.LAYER, 1, 4, huge), statistics))
                .withMessageContaining(LayerSamples.LAYER)
                .withMessageContaining("row 0, column 0")
                .withMessageContaining("beyond binary16")
                .withMessageContaining("\nMaybe ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> compressor.compress(LayerSamples.weights(2, 5, 1), statistics))
                .withMessageContaining("has 5 inputs, its calibration statistics 4");
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
