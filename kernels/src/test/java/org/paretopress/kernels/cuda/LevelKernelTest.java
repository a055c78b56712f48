package org.paretopress.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.paretopress.kernels.ggml.GgmlType;
import org.paretopress.kernels.ggml.Half;
import org.paretopress.kernels.levels.Dropped;
import org.paretopress.kernels.levels.DroppedMatrix;
import org.paretopress.kernels.levels.GgmlBlocks;
import org.paretopress.kernels.levels.Layout;
import org.paretopress.kernels.levels.LowRank;
import org.paretopress.kernels.levels.LowRankMatrix;
import org.paretopress.kernels.levels.PackedMatrix;
import org.paretopress.kernels.levels.QuantizedMatrix;
import org.paretopress.kernels.levels.Residual;
import org.paretopress.kernels.levels.ResidualMatrix;
import org.paretopress.kernels.levels.SparseGrid;
import org.paretopress.kernels.levels.SparseGridMatrix;
import org.paretopress.kernels.levels.SparseMask;
import org.paretopress.kernels.levels.SparseMatrix;
import org.paretopress.kernels.levels.TwoOfFour;
import org.paretopress.kernels.levels.TwoOfFourMatrix;
import org.paretopress.kernels.levels.UniformGrid;

/**
 * The functions of {@code levels.cuh} and {@code ggml.cuh}, run as {@link KernelText}, give bit for bit the floats of
 * {@link PackedMatrix#dequantize} and read no byte outside the payload, nor words that are not
 * aligned. This emulates what the threads of a GPU compute;
 * it needs none, and it tells nothing of CUDA's own accessors.
 */
class LevelKernelTest {

    private static final int LARGEST_HALF = 0x7BFF;

    private static KernelText text;

    @BeforeAll
    static void compile() throws Exception {
        text = KernelText.compile();
    }

    @Test
    void everyFormHasItsKernelOrIsKnownToTakeSeveral() {
        List<Layout> single = List.of(
                new UniformGrid(4, 64, false),
                new GgmlBlocks(GgmlType.Q4_K),
                new SparseMask(0),
                new TwoOfFour(),
                new SparseGrid(4, 64, 0));
        List<Layout> others = List.of(new LowRank(1), new Residual(new TwoOfFour(), new LowRank(1)), new Dropped());
        ByteBuffer payload = ByteBuffer.allocate(256 * 256);
        assertThat(single)
                .allMatch(layout -> LevelKernel.of(layout, 256, 256, payload).isPresent());
        assertThat(others)
                .allMatch(layout -> LevelKernel.of(layout, 256, 256, payload).isEmpty());
        assertThat(LevelKernel.of(DroppedMatrix.of(2, 2))).isEmpty();
        assertThat(Layout.class.getPermittedSubclasses()).hasSize(single.size() + others.size());
    }

    @Test
    void uniformGridsOfEveryWidth() {
        for (int bits = 2; bits <= 8; bits++) {
            for (int size : new int[] {1, 3, 5, 8, 64, 200}) {
                for (int columns : new int[] {1, 7, 13, 64, 131}) {
                    requireSameWeights(uniform(bits, size, true, 1 + columns % 4, columns));
                    requireSameWeights(uniform(bits, size, false, 1 + columns % 4, columns));
                }
            }
        }
    }

    /** Of rows that end within a quantization group or hold less than one, that start at any byte, and of the smallest payloads. */
    @Test
    void uniformGridsInEights() {
        for (int bits = 2; bits <= 8; bits++) {
            for (int size : new int[] {8, 16, 64, 100, 1000}) {
                for (int columns : new int[] {8, 24, 72, 136}) {
                    for (int rows = 2; rows <= 7; rows++) {
                        boolean even = rows * columns / 8 * bits % 2 == 0;
                        boolean wholeEights = size != 100 || columns < 100;
                        for (boolean symmetric : new boolean[] {false, true}) {
                            requireSameWeights(uniform(bits, size, symmetric, rows, columns), even && wholeEights);
                        }
                    }
                }
                requireSameWeights(uniform(bits, size, true, 1, 8), false);
                requireSameWeights(uniform(bits, size, false, 1, 16), size == 8);
            }
        }
    }

    @Test
    void masksOfEveryDensity() {
        for (int columns : new int[] {1, 7, 8, 32, 63, 64, 65, 67, 128, 200}) {
            for (int rows = 1; rows <= 8; rows++) {
                for (double density : new double[] {0, 0.02, 0.5, 0.98, 1}) {
                    requireSameWeights(sparse(rows, columns, density), columns % 8 == 0 && rows * columns % 64 == 0);
                }
            }
        }
    }

    @Test
    void twosOfFour() {
        for (int columns : new int[] {4, 8, 12, 64, 100, 136}) {
            for (int rows = 1; rows <= 8; rows++) {
                requireSameWeights(twoOfFour(rows, columns), columns % 8 == 0 && rows * columns % 64 == 0);
            }
        }
    }

    @Test
    void prunedGroupsOfEveryWidth() {
        for (int bits = 2; bits <= 8; bits++) {
            for (int size : new int[] {1, 3, 4, 16}) {
                for (double density : new double[] {0, 0.3, 0.9, 1}) {
                    requireSameWeights(sparseGrid(bits, size, 1, size, density));
                    requireSameWeights(sparseGrid(bits, size, 7, 19 * size, density));
                }
            }
        }
    }

    @Test
    void prunedGroupsInEights() {
        for (int bits = 2; bits <= 8; bits++) {
            for (int size : new int[] {8, 16, 64}) {
                for (double density : new double[] {0, 0.02, 0.3, 0.9, 1}) {
                    for (SparseGridMatrix matrix : List.of(
                            sparseGrid(bits, size, 64, size, density),
                            sparseGrid(bits, size, 16, 12 * size, density))) {
                        int groups = matrix.rows() * matrix.columns() / size;
                        int kept = ((SparseGrid) matrix.layout()).kept();
                        requireSameWeights(matrix, (groups / 8 + kept * size / 8 * bits) % 2 == 0);
                    }
                }
                requireSameWeights(sparseGrid(bits, size, 12, 8 * size, 0.5), false);
                requireSameWeights(sparseGrid(bits, 24, 64, 48, 0.5), false);
            }
        }
    }

    @Test
    void everyGgmlType() {
        for (GgmlType type : GgmlType.values()) {
            for (int blocks = 1; blocks <= 3; blocks++) {
                requireSameWeights(ggml(type, 5, blocks * type.blockSize()), true);
            }
        }
    }

    @Test
    void factorsOfAProduct() {
        double[] left = halves(new Random(1), 6 * 3);
        double[] right = halves(new Random(2), 3 * 7);
        ByteBuffer payload = LowRankMatrix.pack("w", 6, 7, 3, left, right).payload();
        assertThat(weights(LevelKernel.halves(0, 3), payload, 6, 3)).containsExactly(bits(left));
        assertThat(weights(LevelKernel.halves(2 * 6 * 3, 7), payload, 3, 7)).containsExactly(bits(right));
    }

    @Test
    void factorsInEights() {
        double[] left = halves(new Random(1), 6 * 8);
        double[] right = halves(new Random(2), 8 * 24);
        ByteBuffer payload = LowRankMatrix.pack("w", 6, 24, 8, left, right).payload();
        LevelKernel first = LevelKernel.halves(0, 8);
        LevelKernel second = LevelKernel.halves(2 * 6 * 8, 24);
        assertThat(List.of(first, second)).allMatch(KernelText::givesEight);
        assertThat(weights(first, payload, 6, 8)).containsExactly(bits(left));
        assertThat(weights(second, payload, 8, 24)).containsExactly(bits(right));
        assertThat(KernelText.givesEight(LevelKernel.halves(2 * 6, 8))).isFalse();
    }

    @Test
    void aLevelAndAProductWithinOnePayload() {
        double[] left = halves(new Random(3), 5 * 2);
        double[] right = halves(new Random(4), 2 * 13);
        LowRankMatrix product = LowRankMatrix.pack("w", 5, 13, 2, left, right);
        for (PackedMatrix level : List.of(uniform(3, 5, false, 5, 13), sparse(5, 13, 0.5))) {
            ByteBuffer payload = ResidualMatrix.of(level, product).payload();
            int start = (int) level.sizeInBytes();
            LevelKernel kernel = LevelKernel.of(level.layout(), 5, 13, payload).orElseThrow();
            assertThat(weights(kernel, payload, 5, 13)).containsExactly(bits(level));
            assertThat(weights(LevelKernel.halves(start, 2), payload, 5, 2)).containsExactly(bits(left));
            assertThat(weights(LevelKernel.halves(start + 2 * 5 * 2, 13), payload, 2, 13))
                    .containsExactly(bits(right));
        }
    }

    private static void requireSameWeights(PackedMatrix matrix) {
        LevelKernel kernel = LevelKernel.of(matrix).orElseThrow();
        assertThat(weights(kernel, matrix.payload(), matrix.rows(), matrix.columns()))
                .as("%s, %d x %d by %s", matrix.layout(), matrix.rows(), matrix.columns(), kernel.function())
                .containsExactly(bits(matrix));
    }

    /** Where the weights come eight by eight, also one by one. */
    private static void requireSameWeights(PackedMatrix matrix, boolean inEights) {
        requireSameWeights(matrix);
        assertThat(KernelText.givesEight(LevelKernel.of(matrix).orElseThrow()))
                .as("%s, %d x %d eight by eight", matrix.layout(), matrix.rows(), matrix.columns())
                .isEqualTo(inEights);
        if (inEights && !(matrix.layout() instanceof GgmlBlocks)) {
            LevelKernel kernel = LevelKernel.oneByOne(
                            matrix.layout(), matrix.rows(), matrix.columns(), matrix.payload())
                    .orElseThrow();
            assertThat(weights(kernel, matrix.payload(), matrix.rows(), matrix.columns()))
                    .containsExactly(bits(matrix));
        }
    }

    /** Bits of the floats that the kernel gives; a read outside the payload or the index throws. */
    private static int[] weights(LevelKernel kernel, ByteBuffer payload, int rows, int columns) {
        int step = KernelText.givesEight(kernel) ? 8 : 1;
        int[] bits = new int[rows * columns];
        for (int i = 0; i < bits.length; i += step) {
            float[] weights = text.weights(
                    kernel,
                    position -> payload.get(Math.toIntExact(position)) & 0xFF,
                    position -> kernel.index()[Math.toIntExact(position)],
                    i / columns,
                    i % columns,
                    rows,
                    columns);
            for (int k = 0; k < step; k++) {
                bits[i + k] = Float.floatToRawIntBits(weights[k]);
            }
        }
        return bits;
    }

    private static int[] bits(PackedMatrix matrix) {
        float[] weights = new float[matrix.rows() * matrix.columns()];
        matrix.dequantize(weights);
        return IntStream.range(0, weights.length)
                .map(i -> Float.floatToRawIntBits(weights[i]))
                .toArray();
    }

    private static int[] bits(double[] halves) {
        return Arrays.stream(halves)
                .mapToInt(half -> Float.floatToRawIntBits((float) half))
                .toArray();
    }

    private static QuantizedMatrix uniform(int bits, int size, boolean symmetric, int rows, int columns) {
        UniformGrid layout = new UniformGrid(bits, size, symmetric);
        Random random = new Random(bits * 31L + size);
        int groups = rows * layout.groupsPerRow(columns);
        short[] scales = new short[groups];
        for (int i = 0; i < groups; i++) {
            scales[i] = (short) (1 + random.nextInt(LARGEST_HALF));
        }
        byte[] codes = codes(random, rows * columns, bits);
        return QuantizedMatrix.pack(layout, rows, columns, codes, scales, codes(random, groups, bits));
    }

    private static SparseMatrix sparse(int rows, int columns, double density) {
        Random random = new Random(rows * 31L + columns);
        double[] values = halves(random, rows * columns);
        return SparseMatrix.pack("w", rows, columns, values, LevelSamples.kept(random, values.length, density));
    }

    private static TwoOfFourMatrix twoOfFour(int rows, int columns) {
        Random random = new Random(rows * 31L + columns);
        boolean[] kept = new boolean[rows * columns];
        for (int four = 0; four < kept.length; four += 4) {
            int first = random.nextInt(4);
            kept[four + first] = true;
            kept[four + (first + 1 + random.nextInt(3)) % 4] = true;
        }
        return TwoOfFourMatrix.pack("w", rows, columns, halves(random, kept.length), kept);
    }

    private static SparseGridMatrix sparseGrid(int bits, int size, int rows, int columns, double density) {
        boolean[] kept = LevelSamples.kept(new Random(bits * 31L + size), rows * columns / size, density);
        int count = (int) IntStream.range(0, kept.length).filter(i -> kept[i]).count();
        QuantizedMatrix whole = uniform(bits, size, false, rows, columns);
        return SparseGridMatrix.pack(rows, columns, new SparseGrid(bits, size, count), kept, whole);
    }

    /** Blocks of random bytes, drawn again where a scale is not finite. */
    private static PackedMatrix ggml(GgmlType type, int rows, int columns) {
        Random random = new Random(type.id());
        GgmlBlocks layout = new GgmlBlocks(type);
        ByteBuffer payload = layout.allocate(rows, columns);
        byte[] block = new byte[type.bytesPerBlock()];
        float[] weights = new float[type.blockSize()];
        while (payload.hasRemaining()) {
            random.nextBytes(block);
            type.dequantize(ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN), 0, 1, weights, 0);
            if (IntStream.range(0, weights.length).allMatch(i -> Float.isFinite(weights[i]))) {
                payload.put(block);
            }
        }
        return layout.view(rows, columns, payload.flip());
    }

    private static byte[] codes(Random random, int length, int bits) {
        byte[] codes = new byte[length];
        for (int i = 0; i < length; i++) {
            codes[i] = (byte) random.nextInt(1 << bits);
        }
        return codes;
    }

    /** Any finite halves, zeros of both signs among them. */
    private static double[] halves(Random random, int length) {
        double[] values = new double[length];
        for (int i = 0; i < length; i++) {
            int magnitude = random.nextInt(16) == 0 ? 0 : random.nextInt(LARGEST_HALF + 1);
            values[i] = Half.toFloat((short) (magnitude | random.nextInt(2) << 15));
        }
        return values;
    }
}
