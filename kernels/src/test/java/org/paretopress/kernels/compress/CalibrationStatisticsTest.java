package org.paretopress.kernels.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CalibrationStatisticsTest {

    private static byte[] bytes(CalibrationStatistics statistics) throws IOException {
        int columns = statistics.columns();
        double[] triangle = IntStream.range(0, columns)
                .boxed()
                .flatMapToDouble(row -> IntStream.range(row, columns).mapToDouble(column -> statistics.at(row, column)))
                .toArray();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        StatisticsFile.write(columns, statistics.tokens(), triangle, out);
        assertThat(out.size()).isEqualTo(StatisticsFile.sizeInBytes(columns));
        return out.toByteArray();
    }

    private static CalibrationStatistics read(byte[] bytes) throws IOException {
        return StatisticsFile.read("x.stats", new ByteArrayInputStream(bytes));
    }

    @Test
    void comesBackBitIdentical() throws IOException {
        CalibrationStatistics statistics = LayerSamples.statistics(13, 1);
        byte[] bytes = bytes(statistics);
        CalibrationStatistics found = read(bytes);
        assertThat(found.columns()).isEqualTo(13);
        assertThat(found.tokens()).isEqualTo(statistics.tokens());
        assertThat(found.hessian()).isEqualTo(statistics.hessian());
        assertThat(bytes).hasSize(28 + 8 * 13 * 14 / 2 + 4);
    }

    @Test
    void everyCutAndEveryFlippedBitIsReported() throws IOException {
        byte[] bytes = bytes(LayerSamples.statistics(5, 1));
        for (int at = 0; at < bytes.length; at++) {
            byte[] cut = Arrays.copyOf(bytes, at);
            byte[] flipped = bytes.clone();
            flipped[at] ^= (byte) (1 << at % 8);
            for (byte[] damaged : new byte[][] {cut, flipped}) {
                assertThat(catchThrowable(() -> read(damaged)))
                        .isInstanceOf(StreamCorruptedException.class)
                        .hasMessageContaining("x.stats is corrupt at byte ")
                        .hasMessageContaining("\nMaybe ");
            }
        }
    }

    @Test
    void refusesImpossibleMoments() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CalibrationStatistics(2, 1, new double[] {1, 0.5, 0.25, 1}))
                .withMessageContaining("inputs 0 and 1 is 0.5")
                .withMessageContaining("\nMaybe ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CalibrationStatistics(2, 1, new double[] {1, Double.NaN, Double.NaN, 1}));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CalibrationStatistics(1, 1, new double[] {Double.POSITIVE_INFINITY}));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CalibrationStatistics(1, 1, new double[] {-1}))
                .withMessageContaining("-1.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CalibrationStatistics(2, 1, new double[3]))
                .withMessageContaining("3 second moments");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CalibrationStatistics(1, 0, new double[1]))
                .withMessageContaining("0 tokens");
    }

    @Test
    void refusesWeightsThatAreNotNumbers() {
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new WeightMatrix(LayerSamples.LAYER, 2, 3, new float[] {0, 0, 0, 0, bad, 0}))
                    .withMessageContaining(LayerSamples.LAYER)
                    .withMessageContaining("row 1, column 1 is " + bad)
                    .withMessageContaining("\nMaybe ");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new WeightMatrix(LayerSamples.LAYER, 2, 3, new float[5]))
                .withMessageContaining("5 weights are no matrix of 2 x 3");
    }
}
