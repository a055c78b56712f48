package org.paretopress.kernels.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.paretopress.kernels.levels.LayerFile;
import org.paretopress.kernels.levels.LayerFileWriter;
import org.paretopress.kernels.levels.LayerHeader;
import org.paretopress.kernels.levels.Layout;
import org.paretopress.kernels.levels.LevelErrors;
import org.paretopress.kernels.levels.MeasuredLevel;
import org.paretopress.kernels.levels.PackedMatrix;

/** What every compressor promises. */
abstract class CompressorContract {

    /** The compressor under test; its levels by ascending size lose less and less of the layer's output. */
    abstract Compressor compressor();

    /** Inputs of layers that the compressor is tried on. */
    int[] awkwardColumns() {
        return new int[] {1, 3, 13, 64, 207, 257};
    }

    /** Columns of the layer whose errors are measured. */
    int columns() {
        return 208;
    }

    @Test
    void everyShapeGetsTheLevelsThatWereAnnounced() {
        for (int columns : awkwardColumns()) {
            CalibrationStatistics statistics = LayerSamples.statistics(columns, columns);
            for (int rows : new int[] {1, 3, 13, 65}) {
                WeightMatrix weights = LayerSamples.weights(rows, columns, rows);
                List<PackedMatrix> levels = compressor().compress(weights, statistics);
                List<Layout> announced = compressor().layouts(rows, columns);
                assertThat(levels).extracting(PackedMatrix::layout).isEqualTo(announced);
                assertThat(levels).extracting(PackedMatrix::level).doesNotHaveDuplicates();
                assertThat(levels).isSortedAccordingTo((a, b) -> Long.compare(a.sizeInBytes(), b.sizeInBytes()));
                levels.forEach(level -> assertUsable(level, rows, columns));
            }
        }
    }

    private static void assertUsable(PackedMatrix level, int rows, int columns) {
        assertThat(level.rows()).isEqualTo(rows);
        assertThat(level.columns()).isEqualTo(columns);
        assertThat(level.payload().remaining()).isEqualTo((int) level.sizeInBytes());
        assertThat(level.layout().sizeInBytes(rows, columns)).isEqualTo(level.sizeInBytes());
        float[] values = new float[rows * columns];
        level.dequantize(values);
        for (float value : values) {
            assertThat(Float.isFinite(value)).isTrue();
        }
    }

    @Test
    void sizesAreTheWrittenBytes() throws IOException {
        WeightMatrix weights = LayerSamples.weights(13, columns(), 1);
        CalibrationStatistics statistics = LayerSamples.statistics(columns(), 2);
        ErrorMeter meter = new ErrorMeter(weights, statistics);
        List<MeasuredLevel> levels = compressor().compress(weights, statistics).stream()
                .map(level -> new MeasuredLevel(level, meter.measure(level)))
                .toList();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        LayerHeader header = new LayerFileWriter(
                        weights.layer(), 13, columns(), List.of(compressor().method()))
                .write(levels, out);
        LayerFile file = LayerFile.read("x", ByteBuffer.wrap(out.toByteArray()));
        for (int i = 0; i < levels.size(); i++) {
            PackedMatrix level = levels.get(i).matrix();
            assertThat(header.levels().get(i).length()).isEqualTo(level.sizeInBytes());
            PackedMatrix read = file.level(level.level());
            assertThat(read.payload()).isEqualTo(level.payload());
            float[] expected = new float[13 * columns()];
            float[] found = new float[13 * columns()];
            level.dequantize(expected);
            read.dequantize(found);
            assertThat(found).isEqualTo(expected);
        }
    }

    @Test
    void errorsFallAsSizesGrow() {
        WeightMatrix weights = LayerSamples.weights(64, columns(), 3);
        CalibrationStatistics statistics = LayerSamples.statistics(columns(), 4);
        ErrorMeter meter = new ErrorMeter(weights, statistics);
        List<LevelErrors> errors = compressor().compress(weights, statistics).stream()
                .map(meter::measure)
                .toList();
        for (int i = 1; i < errors.size(); i++) {
            assertThat(errors.get(i).relativeOutputError())
                    .as("level %d", i)
                    .isLessThan(errors.get(i - 1).relativeOutputError());
        }
    }

    @Test
    void isDeterministicWhenCalledByManyThreads() {
        WeightMatrix weights = LayerSamples.weights(64, columns(), 5);
        CalibrationStatistics statistics = LayerSamples.statistics(columns(), 6);
        Compressor compressor = compressor();
        List<PackedMatrix> expected = compressor.compress(weights, statistics);
        IntStream.range(0, 6).parallel().forEach(i -> {
            List<PackedMatrix> levels = compressor.compress(weights, statistics);
            assertThat(levels)
                    .extracting(PackedMatrix::payload)
                    .containsExactlyElementsOf(
                            expected.stream().map(PackedMatrix::payload).toList());
        });
    }

    @Test
    void zerosStayZero() {
        int columns = columns();
        WeightMatrix weights = new WeightMatrix(LayerSamples.LAYER, 3, columns, new float[3 * columns]);
        CalibrationStatistics statistics = LayerSamples.statistics(columns, 9);
        for (PackedMatrix level : compressor().compress(weights, statistics)) {
            float[] values = new float[3 * columns];
            level.dequantize(values);
            assertThat(values).containsOnly(0f);
            assertThat(new ErrorMeter(weights, statistics).measure(level)).isEqualTo(new LevelErrors(0, 0, 0));
        }
    }

    @Test
    void refusesWhatCannotBeCompressed() {
        int columns = columns();
        float[] values = new float[2 * columns];
        values[columns + 1] = Float.NaN;
        assertThatIllegalArgumentException()
                .isThrownBy(() -> compressor()
                        .compress(
                                new WeightMatrix(LayerSamples.LAYER, 2, columns, values),
                                LayerSamples.statistics(columns, 1)))
                .withMessageContaining(LayerSamples.LAYER)
                .withMessageContaining("row 1, column 1 is NaN")
                .withMessageContaining("\nMaybe ");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        compressor().compress(LayerSamples.weights(2, columns, 1), LayerSamples.statistics(4, 10)))
                .withMessageContaining("has " + columns + " inputs, its calibration statistics 4");
    }
}
