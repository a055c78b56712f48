package org.paretopress.kernels.ggml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BlockGridTest {

    private static double[] doubles(float[] values) {
        double[] doubles = new double[values.length];
        Arrays.setAll(doubles, i -> values[i]);
        return doubles;
    }

    private static double[] gaussian(GgmlType type, long seed) {
        return doubles(BlockSamples.gaussian(type.blockSize(), seed));
    }

    /** Writes codes, reads them back and requires the grid's values, bit for bit. */
    private static float[] written(BlockGrid grid, byte[] codes) {
        GgmlType type = grid.type();
        ByteBuffer packed = ByteBuffer.allocate(type.bytesPerBlock()).order(ByteOrder.LITTLE_ENDIAN);
        grid.write(codes, packed, 0);
        float[] weights = BlockSamples.dequantize(type, packed);
        for (int i = 0; i < weights.length; i++) {
            double value = grid.value(i, codes[i] & 0xFF);
            assertThat(Float.floatToRawIntBits((float) value)).isEqualTo(Float.floatToRawIntBits(weights[i]));
            assertThat((double) weights[i]).isEqualTo(value);
        }
        return weights;
    }

    private static double relativeError(GgmlType type, double[] weights) {
        BlockGrid grid = type.fit(weights, 0, BlockSamples.ones(weights.length));
        float[] values = written(grid, BlockSamples.codes(grid, weights, 0));
        double error = 0;
        double square = 0;
        for (int i = 0; i < weights.length; i++) {
            error += (weights[i] - values[i]) * (weights[i] - values[i]);
            square += weights[i] * weights[i];
        }
        return Math.sqrt(error / square);
    }

    @ParameterizedTest
    @EnumSource
    void valuesAreWhatDequantizingGives(GgmlType type) {
        Random random = new Random(1);
        int codes = 1 << Integer.SIZE - Integer.numberOfLeadingZeros(type.highest - type.lowest);
        for (int seed = 0; seed < 20; seed++) {
            BlockGrid grid = type.fit(gaussian(type, seed), 0, BlockSamples.ones(type.blockSize()));
            byte[] any = new byte[type.blockSize()];
            for (int i = 0; i < any.length; i++) {
                any[i] = (byte) random.nextInt(Math.min(codes, 256));
            }
            written(grid, any);
        }
    }

    @ParameterizedTest
    @EnumSource
    void takesTheNearestOfAllCodes(GgmlType type) {
        double[] weights = gaussian(type, 2);
        BlockGrid grid = type.fit(weights, 0, BlockSamples.ones(weights.length));
        Random random = new Random(3);
        for (int k = 0; k < 4000; k++) {
            int i = random.nextInt(weights.length);
            double weight = 0.04 * random.nextGaussian();
            double nearest = Double.POSITIVE_INFINITY;
            for (int q = type.lowest; q <= type.highest; q++) {
                nearest = Math.min(nearest, Math.abs(weight - grid.value(i, q + type.centre())));
            }
            assertThat(Math.abs(weight - grid.value(i, grid.code(i, weight)))).isEqualTo(nearest);
        }
    }

    @ParameterizedTest
    @EnumSource
    void zerosStayZeros(GgmlType type) {
        double[] zeros = new double[type.blockSize()];
        BlockGrid grid = type.fit(zeros, 0, BlockSamples.ones(zeros.length));
        assertThat(written(grid, BlockSamples.codes(grid, zeros, 0))).containsOnly(0f);
    }

    /** A constant is lost only by the rounding of scales to halves, 2^-12 at most, and of a difference of two of them. */
    @ParameterizedTest
    @EnumSource
    void constantBlocksAndLoneWeightsAreNearlyExact(GgmlType type) {
        double[] weights = new double[type.blockSize()];
        Arrays.fill(weights, 0.37);
        assertThat(relativeError(type, weights)).isLessThan(0x1p-11);
        Arrays.fill(weights, -0.37);
        assertThat(relativeError(type, weights)).isLessThan(0x1p-11);
        Arrays.fill(weights, 0);
        weights[17] = -5;
        assertThat(relativeError(type, weights)).isLessThan(0x1p-9);
    }

    @ParameterizedTest
    @EnumSource
    void outliersAndZerosAmongWeightsWork(GgmlType type) {
        double[] noisy = gaussian(type, 4);
        noisy[17] = 5;
        assertThat(relativeError(type, noisy)).isLessThan(0.1);
        double[] partlyZero = gaussian(type, 5);
        Arrays.fill(partlyZero, 0, partlyZero.length / 2, 0);
        assertThat(relativeError(type, partlyZero)).isLessThan(1.5 / (type.highest - type.lowest));
    }

    @ParameterizedTest
    @EnumSource
    void scalesReachFromTheSmallestHalfToTheLargest(GgmlType type) {
        double[] weights = gaussian(type, 6);
        double usual = relativeError(type, weights);
        for (double factor : new double[] {1e-3, 1e3, 1e5}) {
            double[] scaled =
                    Arrays.stream(weights).map(weight -> weight * factor).toArray();
            assertThat(relativeError(type, scaled)).isCloseTo(usual, within(0.3 * usual));
        }
        double[] tiny = Arrays.stream(weights).map(weight -> weight * 1e-12).toArray();
        assertThat(relativeError(type, tiny)).isLessThanOrEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void namesAScaleBeyondBinary16(GgmlType type) {
        for (double large : new double[] {1e12, 1e200}) {
            double[] weights = new double[type.blockSize()];
            weights[3] = large;
            weights[4] = -large;
            assertThatThrownBy(() -> type.fit(weights, 0, BlockSamples.ones(weights.length)))
                    .isInstanceOf(ArithmeticException.class)
                    .hasMessageMatching("scale -?\\d.*E\\d+ is beyond binary16");
        }
    }

    @ParameterizedTest
    @EnumSource
    void isAFunctionOfTheBlockAlone(GgmlType type) {
        int length = type.blockSize();
        double[] row = doubles(BlockSamples.gaussian(3 * length, 7));
        double[] importance = BlockSamples.importance(3 * length, 8);
        double[] scaled = Arrays.stream(importance).map(h -> 1024 * h).toArray();
        BlockGrid inRow = type.fit(row, length, importance);
        BlockGrid alone = type.fit(
                Arrays.copyOfRange(row, length, 2 * length), 0, Arrays.copyOfRange(scaled, length, 2 * length));
        assertThat(written(inRow, BlockSamples.codes(inRow, row, length)))
                .isEqualTo(written(alone, BlockSamples.codes(alone, row, length)));
    }

    @Test
    void importanceDecidesAndMayBeZero() {
        double[] weights = gaussian(GgmlType.Q4_0, 9);
        double[] importance = new double[32];
        importance[5] = 1;
        BlockGrid grid = GgmlType.Q4_0.fit(weights, 0, importance);
        assertThat(grid.value(5, grid.code(5, weights[5]))).isCloseTo(weights[5], within(1e-3 * Math.abs(weights[5])));

        BlockGrid none = GgmlType.Q4_0.fit(weights, 0, new double[32]);
        BlockGrid equal = GgmlType.Q4_0.fit(weights, 0, BlockSamples.ones(32));
        assertThat(BlockSamples.codes(none, weights, 0)).isEqualTo(BlockSamples.codes(equal, weights, 0));

        importance[6] = Double.NaN;
        assertThatThrownBy(() -> GgmlType.Q4_0.fit(weights, 0, importance))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("weight 6 is NaN")
                .hasMessageContaining("\nMaybe ");
    }

    @Test
    void refusesCodesOfAnotherLength() {
        BlockGrid grid = GgmlType.Q8_0.fit(new double[32], 0, BlockSamples.ones(32));
        ByteBuffer target = ByteBuffer.allocate(34).order(ByteOrder.LITTLE_ENDIAN);
        assertThatThrownBy(() -> grid.write(new byte[256], target, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("256 codes")
                .hasMessageContaining("\nMaybe ");
    }

    /**
     * Beside the best of all halves as the scale of a block. The error at eight bits has hundreds of minima, so a single
     * block may miss the best by more.
     */
    @ParameterizedTest
    @EnumSource(names = {"Q4_0", "Q5_0", "Q8_0"})
    void noOtherScaleIsMuchBetter(GgmlType type) {
        double bound = type == GgmlType.Q8_0 ? 1.4 : 1.02;
        double own = 0;
        int blocks = 40;
        for (int seed = 0; seed < blocks; seed++) {
            double[] weights = gaussian(type, 100 + seed);
            double[] importance = seed % 2 == 0 ? BlockSamples.ones(32) : BlockSamples.importance(32, seed);
            BlockGrid grid = type.fit(weights, 0, importance);
            double error = 0;
            for (int i = 0; i < weights.length; i++) {
                double difference = weights[i] - grid.value(i, grid.code(i, weights[i]));
                error += importance[i] * difference * difference;
            }
            double least = leastError(type, weights, importance);
            assertThat(error).as("seed %d", seed).isBetween(least * (1 - 1e-9), least * bound);
            own += error / least;
        }
        assertThat(own / blocks).isLessThan(1.01);
    }

    private static double leastError(GgmlType type, double[] weights, double[] importance) {
        double least = Double.POSITIVE_INFINITY;
        for (int bits = 1; bits < 0x10000; bits++) {
            double scale = Half.toFloat((short) bits);
            if (!(Math.abs(scale) > 1e-5 && Math.abs(scale) < 0.1)) {
                continue;
            }
            double error = 0;
            for (int i = 0; i < weights.length && error < least; i++) {
                double q = Math.min(Math.max(Math.rint(weights[i] / scale), type.lowest), type.highest);
                error += importance[i] * (weights[i] - scale * q) * (weights[i] - scale * q);
            }
            least = Math.min(least, error);
        }
        return least;
    }
}
