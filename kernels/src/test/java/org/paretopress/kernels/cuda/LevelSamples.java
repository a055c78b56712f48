package org.paretopress.kernels.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.paretopress.kernels.ggml.BlockGrid;
import org.paretopress.kernels.ggml.GgmlType;
import org.paretopress.kernels.ggml.Half;
import org.paretopress.kernels.levels.GgmlBlocks;
import org.paretopress.kernels.levels.LowRankMatrix;
import org.paretopress.kernels.levels.PackedMatrix;
import org.paretopress.kernels.levels.QuantizedMatrix;
import org.paretopress.kernels.levels.ResidualMatrix;
import org.paretopress.kernels.levels.SparseGrid;
import org.paretopress.kernels.levels.SparseGridMatrix;
import org.paretopress.kernels.levels.SparseMatrix;
import org.paretopress.kernels.levels.TwoOfFourMatrix;
import org.paretopress.kernels.levels.UniformGrid;

/** Levels whose weights are about as large as those of a layer, so that products of them can be compared. */
final class LevelSamples {

    private LevelSamples() {}

    /** Of every form that one kernel dequantizes, on shapes that are no multiple of anything where the form allows it, and on some that suit eights. */
    static List<PackedMatrix> ofOneKernel() {
        List<PackedMatrix> samples = new ArrayList<>();
        for (int bits = 2; bits <= 8; bits++) {
            samples.add(uniform(37, 77, bits, 5, false));
            samples.add(uniform(37, 77, bits, 64, true));
        }
        samples.add(uniform(3, 2313, 4, 64, false)); // beyond what one block dequantizes of a row
        for (GgmlType type : GgmlType.values()) {
            samples.add(ggml(type, 7, 2 * type.blockSize()));
        }
        for (int bits = 2; bits <= 8; bits++) {
            samples.add(uniform(38, 72, bits, 16, false));
            samples.add(uniform(38, 72, bits, 64, true));
            samples.add(uniform(38, 72, bits, 72, false)); // rows of one group
            samples.add(sparseGrid(64, 144, bits, 16));
        }
        samples.add(uniform(3, 4112, 4, 64, false));
        samples.add(sparse(40, 72, 0.4));
        samples.add(twoOfFour(40, 72));
        samples.add(sparse(37, 77, 0.4));
        samples.add(twoOfFour(37, 76));
        samples.add(sparseGrid(37, 80, 3, 8));
        samples.add(sparseGrid(37, 80, 8, 16));
        return samples;
    }

    /** Of the forms that take several kernels. */
    static List<PackedMatrix> ofSeveralKernels() {
        return List.of(
                lowRank(37, 77, 3),
                lowRank(40, 80, 16),
                ResidualMatrix.of(uniform(37, 77, 3, 16, false), lowRank(37, 77, 5)),
                ResidualMatrix.of(sparse(37, 77, 0.3), lowRank(37, 77, 8)),
                ResidualMatrix.of(ggml(GgmlType.Q4_K, 7, 512), lowRank(7, 512, 4)));
    }

    static QuantizedMatrix uniform(int rows, int columns, int bits, int size, boolean symmetric) {
        UniformGrid layout = new UniformGrid(bits, size, symmetric);
        Random random = new Random(bits * 31L + size);
        int groups = rows * layout.groupsPerRow(columns);
        short[] scales = new short[groups];
        for (int i = 0; i < groups; i++) {
            scales[i] = Half.ofDouble((0.5 + random.nextDouble()) / (1 << bits));
        }
        byte[] codes = codes(random, rows * columns, bits);
        return QuantizedMatrix.pack(layout, rows, columns, codes, scales, codes(random, groups, bits));
    }

    private static byte[] codes(Random random, int length, int bits) {
        byte[] codes = new byte[length];
        for (int i = 0; i < length; i++) {
            codes[i] = (byte) random.nextInt(1 << bits);
        }
        return codes;
    }

    private static PackedMatrix ggml(GgmlType type, int rows, int columns) {
        double[] weights =
                new Random(type.id()).doubles((long) rows * columns, -1, 1).toArray();
        double[] ones = new double[weights.length];
        Arrays.fill(ones, 1);
        int blocks = weights.length / type.blockSize();
        ByteBuffer payload = ByteBuffer.allocate(blocks * type.bytesPerBlock()).order(ByteOrder.LITTLE_ENDIAN);
        byte[] codes = new byte[type.blockSize()];
        for (int block = 0; block < blocks; block++) {
            int from = block * type.blockSize();
            BlockGrid grid = type.fit(weights, from, ones);
            for (int i = 0; i < codes.length; i++) {
                codes[i] = (byte) grid.code(i, weights[from + i]);
            }
            grid.write(codes, payload, block * type.bytesPerBlock());
        }
        return new GgmlBlocks(type).view(rows, columns, payload);
    }

    static SparseMatrix sparse(int rows, int columns, double density) {
        Random random = new Random(rows);
        double[] values = halves(random, rows * columns);
        return SparseMatrix.pack("w", rows, columns, values, kept(random, values.length, density));
    }

    private static TwoOfFourMatrix twoOfFour(int rows, int columns) {
        Random random = new Random(columns);
        boolean[] kept = new boolean[rows * columns];
        for (int four = 0; four < kept.length; four += 4) {
            int first = random.nextInt(4);
            kept[four + first] = true;
            kept[four + (first + 1 + random.nextInt(3)) % 4] = true;
        }
        return TwoOfFourMatrix.pack("w", rows, columns, halves(random, kept.length), kept);
    }

    private static SparseGridMatrix sparseGrid(int rows, int columns, int bits, int size) {
        boolean[] kept = kept(new Random(bits), rows * columns / size, 0.6);
        int count = (int) IntStream.range(0, kept.length).filter(i -> kept[i]).count();
        QuantizedMatrix whole = uniform(rows, columns, bits, size, false);
        return SparseGridMatrix.pack(rows, columns, new SparseGrid(bits, size, count), kept, whole);
    }

    private static LowRankMatrix lowRank(int rows, int columns, int rank) {
        Random random = new Random(rank);
        double[] left = halves(random, rows * rank);
        return LowRankMatrix.pack("w", rows, columns, rank, left, halves(random, rank * columns));
    }

    static boolean[] kept(Random random, int length, double density) {
        boolean[] kept = new boolean[length];
        for (int i = 0; i < length; i++) {
            kept[i] = random.nextDouble() < density;
        }
        return kept;
    }

    /** Numbers that binary16 holds exactly. */
    private static double[] halves(Random random, int length) {
        double[] values = new double[length];
        for (int i = 0; i < length; i++) {
            values[i] = Half.toFloat(Half.ofDouble(random.nextDouble() * 2 - 1));
        }
        return values;
    }
}
