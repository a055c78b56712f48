package org.paretopress.kernels.levels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.paretopress.kernels.ggml.BlockGrid;
import org.paretopress.kernels.ggml.GgmlType;
import org.paretopress.kernels.ggml.Half;

/** Every packed form keeps the one contract. */
class PackedMatrixTest {

    /** A number that binary16 holds exactly. */
    private static double half(Random random) {
        return Half.toFloat(Half.ofDouble(random.nextGaussian()));
    }

    private static double[] halves(Random random, int length) {
        double[] values = new double[length];
        for (int i = 0; i < length; i++) {
            values[i] = half(random);
        }
        return values;
    }

    @Nested
    class UniformGrids extends PackedMatrixContract {

        @Override
        Sample sample(int rows, int columns, Random random) {
            int bits = 2 + random.nextInt(7);
            boolean symmetric = random.nextBoolean();
            UniformGrid layout = new UniformGrid(bits, 5, symmetric);
            int groups = rows * ((columns + 4) / 5);
            byte[] codes = codes(random, rows * columns, bits);
            byte[] zeroPoints = codes(random, groups, bits);
            short[] scales = new short[groups];
            for (int group = 0; group < groups; group++) {
                scales[group] = Half.ofDouble(0.01 + random.nextDouble());
                zeroPoints[group] = symmetric ? (byte) (1 << (bits - 1)) : zeroPoints[group];
            }
            float[] expected = new float[rows * columns];
            for (int i = 0; i < expected.length; i++) {
                int group = i / columns * ((columns + 4) / 5) + i % columns / 5;
                expected[i] = Half.toFloat(scales[group]) * ((codes[i] & 0xFF) - (zeroPoints[group] & 0xFF));
            }
            return new Sample(QuantizedMatrix.pack(layout, rows, columns, codes, scales, zeroPoints), expected);
        }
    }

    private static byte[] codes(Random random, int length, int bits) {
        byte[] codes = new byte[length];
        for (int i = 0; i < length; i++) {
            codes[i] = (byte) random.nextInt(1 << bits);
        }
        return codes;
    }

    @Nested
    class GgmlBlockFormats extends PackedMatrixContract {

        @Override
        Sample sample(int rows, int columns, Random random) {
            GgmlType type = GgmlType.values()[random.nextInt(GgmlType.values().length)];
            int blocks = rows * ((columns - 1) / type.blockSize() + 1);
            ByteBuffer payload =
                    ByteBuffer.allocate(blocks * type.bytesPerBlock()).order(ByteOrder.LITTLE_ENDIAN);
            double[] weights =
                    random.doubles((long) blocks * type.blockSize(), -1, 1).toArray();
            double[] ones = DoubleStream.generate(() -> 1).limit(weights.length).toArray();
            float[] expected = new float[weights.length];
            for (int block = 0; block < blocks; block++) {
                int from = block * type.blockSize();
                BlockGrid grid = type.fit(weights, from, ones);
                byte[] codes = new byte[type.blockSize()];
                for (int i = 0; i < codes.length; i++) {
                    codes[i] = (byte) grid.code(i, weights[from + i]);
                    expected[from + i] = (float) grid.value(i, codes[i] & 0xFF);
                }
                grid.write(codes, payload, block * type.bytesPerBlock());
            }
            int wide = blocks / rows * type.blockSize();
            return new Sample(new GgmlBlocks(type).view(rows, wide, payload), expected);
        }

        @Test
        void sizeAndNameAreTheFormats() {
            GgmlBlocks layout = new GgmlBlocks(GgmlType.Q4_K);
            assertThat(layout.sizeInBytes(3, 512)).isEqualTo(3 * 2 * 144);
            assertThat(layout.level(3, 512)).isEqualTo("Q4_K");
            assertThat(layout.bits(3, 512)).isEqualTo(4.5);
        }
    }

    @Nested
    class SparseMasks extends PackedMatrixContract {

        @Override
        Sample sample(int rows, int columns, Random random) {
            double[] values = halves(random, rows * columns);
            boolean[] kept = new boolean[values.length];
            float[] expected = new float[values.length];
            for (int i = 0; i < values.length; i++) {
                kept[i] = random.nextInt(3) == 0;
                expected[i] = kept[i] ? (float) values[i] : 0;
            }
            return new Sample(SparseMatrix.pack("w", rows, columns, values, kept), expected);
        }

        @Test
        void sizeIsTheMaskAndTheKeptHalves() {
            SparseMask layout = new SparseMask(40);
            assertThat(layout.sizeInBytes(9, 11)).isEqualTo((99 + 7) / 8 + 2 * 40);
            assertThat(layout.bits(9, 11)).isEqualTo(16.0 * 40 / 99);
            assertThat(layout.level(8, 10)).isEqualTo("sparse:0.5");
            assertThat(layout.level(9, 11)).isEqualTo("sparse:0.596");
            assertThat(new SparseMask(0).level(9, 11)).isEqualTo("sparse:1");
        }

        @Test
        void refusesWhatBinary16CannotHold() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() ->
                            SparseMatrix.pack("the layer", 1, 2, new double[] {1, -7e4}, new boolean[] {true, true}))
                    .withMessageContaining("the layer: the weight at row 0, column 1 is -70000.0, beyond binary16");
        }
    }

    @Nested
    class TwosOfFour extends PackedMatrixContract {

        @Override
        Sample sample(int rows, int columns, Random random) {
            double[] values = halves(random, rows * columns);
            boolean[] kept = new boolean[values.length];
            float[] expected = new float[values.length];
            for (int four = 0; four < values.length; four += 4) {
                int first = random.nextInt(4);
                int second = (first + 1 + random.nextInt(3)) % 4;
                for (int place : new int[] {first, second}) {
                    kept[four + place] = true;
                    expected[four + place] = (float) values[four + place];
                }
            }
            return new Sample(TwoOfFourMatrix.pack("w", rows, columns, values, kept), expected);
        }

        @Test
        void takesNineBitsAWeight() {
            assertThat(new TwoOfFour().sizeInBytes(16, 64)).isEqualTo(16 * 64 * 9 / 8);
            assertThat(TwoOfFour.fits(66)).isFalse();
        }
    }

    @Nested
    class SparseGrids extends PackedMatrixContract {

        @Override
        Sample sample(int rows, int columns, Random random) {
            QuantizedMatrix whole = LevelSamples.matrix(rows, columns, 3, 8, random.nextLong());
            float[] expected = new float[rows * columns];
            whole.dequantize(expected);
            boolean[] kept = new boolean[rows * columns / 8];
            int count = 0;
            for (int group = 0; group < kept.length; group++) {
                kept[group] = random.nextBoolean();
                count += kept[group] ? 1 : 0;
                for (int i = 8 * group; i < 8 * group + 8 && !kept[group]; i++) {
                    expected[i] = 0;
                }
            }
            return new Sample(SparseGridMatrix.pack(rows, columns, new SparseGrid(3, 8, count), kept, whole), expected);
        }

        @Test
        void sizeCountsMaskCodesScalesAndZeroPoints() {
            SparseGrid layout = new SparseGrid(3, 16, 5);
            assertThat(layout.sizeInBytes(3, 64)).isEqualTo(2 + 5 * 16 * 3 / 8 + 2 * 5 + (5 * 3 + 7) / 8);
            assertThat(layout.level(3, 64)).isEqualTo("sparse:0.5833+3");
            assertThat(layout.bits(3, 64)).isEqualTo(3.0 * 5 / 12);
        }
    }

    @Nested
    class LowRanks extends PackedMatrixContract {

        @Override
        Sample sample(int rows, int columns, Random random) {
            return product(rows, columns, 3, random);
        }

        @Test
        void sizeIsThatOfTheFactors() {
            assertThat(new LowRank(7).sizeInBytes(10, 20)).isEqualTo(2 * 7 * 30);
            assertThat(new LowRank(7).level(10, 20)).isEqualTo("rank:7");
        }
    }

    /** Sums in float in order of the rank, as the form promises. */
    private static PackedMatrixContract.Sample product(int rows, int columns, int rank, Random random) {
        double[] left = halves(random, rows * rank);
        double[] right = halves(random, rank * columns);
        float[] expected = new float[rows * columns];
        for (int i = 0; i < expected.length; i++) {
            for (int k = 0; k < rank; k++) {
                expected[i] += (float) left[i / columns * rank + k] * (float) right[k * columns + i % columns];
            }
        }
        return new PackedMatrixContract.Sample(LowRankMatrix.pack("w", rows, columns, rank, left, right), expected);
    }

    @Nested
    class Residuals extends PackedMatrixContract {

        @Override
        Sample sample(int rows, int columns, Random random) {
            QuantizedMatrix level = LevelSamples.matrix(rows, columns, 4, 8, random.nextLong());
            float[] expected = new float[rows * columns];
            level.dequantize(expected);
            LowRankMatrix product =
                    (LowRankMatrix) product(rows, columns, 1, random).matrix();
            float[] added = new float[expected.length];
            product.dequantize(added);
            for (int i = 0; i < expected.length; i++) {
                expected[i] += added[i];
            }
            return new Sample(ResidualMatrix.of(level, product), expected);
        }

        @Test
        void nameAndSizeAreThoseOfBothParts() {
            Residual layout = new Residual(new UniformGrid(3, 64, false), new LowRank(16));
            assertThat(layout.level(64, 64)).isEqualTo("3+rank:16");
            assertThat(layout.sizeInBytes(64, 64))
                    .isEqualTo(new UniformGrid(3, 64, false).sizeInBytes(64, 64) + 2 * 16 * 128);
        }
    }

    @Nested
    class DroppedLayers extends PackedMatrixContract {

        @Override
        Sample sample(int rows, int columns, Random random) {
            return new Sample(DroppedMatrix.of(rows, columns), new float[rows * columns]);
        }

        @Test
        void costsNothing() {
            assertThat(new Dropped().view(3, 4, ByteBuffer.allocate(0)).sizeInBytes())
                    .isZero();
            assertThat(new Dropped().level(3, 4)).isEqualTo("drop");
        }
    }
}
