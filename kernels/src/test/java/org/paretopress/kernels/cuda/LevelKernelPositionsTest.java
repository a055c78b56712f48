package org.paretopress.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.paretopress.kernels.ggml.GgmlType;
import org.paretopress.kernels.levels.GgmlBlocks;

/**
 * Where the functions of {@code levels.cuh} and {@code ggml.cuh} read in matrices far beyond 2^31 bits, at the last weight: an accessor notes
 * the positions, and nothing of that size exists. Emulates the kernels' index arithmetic, see {@link KernelText}.
 */
class LevelKernelPositionsTest {

    private static final int[] NO_INDEX = {};

    /** 60000 x 14336, and one whose bytes and weights are beyond 2^32. */
    private static final int[][] SHAPES = {{60_000, 14_336}, {200_000, 28_672}};

    private static KernelText text;

    private final Set<Long> read = new TreeSet<>();
    private final Set<Long> indexRead = new TreeSet<>();

    @BeforeAll
    static void compile() throws Exception {
        text = KernelText.compile();
    }

    @Test
    void uniformGrids() {
        for (int[] shape : SHAPES) {
            for (int bits = 2; bits <= 8; bits++) {
                requireUniform(shape, bits, 1);
                requireUniform(shape, bits, 128);
            }
        }
    }

    private void requireUniform(int[] shape, int bits, int size) {
        long weights = exact(shape[0], shape[1]);
        long groups = exact(shape[0], shape[1] / size);
        long scales = streamEnd(weights, bits);
        readLast(new LevelKernel("uniform_grid", bits, size, 0, NO_INDEX), shape, 0, 0);
        Set<Long> expected = code(0, weights - 1, bits);
        expected.addAll(half(scales + exact(2, groups - 1)));
        expected.addAll(code(scales + exact(2, groups), groups - 1, bits));
        assertThat(read).isEqualTo(expected);
    }

    @Test
    void uniformGridsInEights() {
        for (int[] shape : SHAPES) {
            for (int bits = 2; bits <= 8; bits++) {
                requireUniformInEights(shape, bits, 3, shape[1] / 8);
                requireUniformInEights(shape, bits, 7, shape[1] / 128);
                requireUniformInEights(shape, bits, 31, 1);
            }
        }
    }

    private void requireUniformInEights(int[] shape, int bits, int logarithm, int groupsPerRow) {
        long weights = exact(shape[0], shape[1]);
        long groups = exact(shape[0], groupsPerRow);
        long scales = streamEnd(weights, bits);
        readLast(new LevelKernel("uniform_grid_eight", bits, logarithm, 0, NO_INDEX), shape, 0, 0);
        Set<Long> expected = words(scales - bits, bits);
        expected.addAll(half(scales + exact(2, groups - 1)));
        expected.addAll(code(scales + exact(2, groups), groups - 1, bits));
        assertThat(read).isEqualTo(expected);
    }

    @Test
    void masks() {
        for (int[] shape : SHAPES) {
            long weights = exact(shape[0], shape[1]);
            readLast(new LevelKernel("sparse_mask", 0, 0, 0, NO_INDEX), shape, 0xFF, 2_000_000_000);
            Set<Long> expected = run((weights - 64) / 8, 8);
            expected.addAll(half(weights / 8 + exact(2, 2_000_000_063L)));
            assertThat(read).isEqualTo(expected);
            assertThat(indexRead).containsExactly(weights / 64 - 1);
        }
    }

    @Test
    void masksInEights() {
        for (int[] shape : SHAPES) {
            long weights = exact(shape[0], shape[1]);
            readLast(new LevelKernel("sparse_mask_eight", 0, 0, 0, NO_INDEX), shape, 0xFF, 2_000_000_000);
            Set<Long> expected = run((weights - 64) / 8, 8);
            expected.addAll(run(weights / 8 + exact(2, 2_000_000_056L), 16));
            assertThat(read).isEqualTo(expected);
            assertThat(indexRead).containsExactly(weights / 64 - 1);
        }
    }

    @Test
    void twosOfFour() {
        for (int[] shape : SHAPES) {
            long weights = exact(shape[0], shape[1]);
            int lastTwoPlaces = 0b1110_1110;
            readLast(new LevelKernel("two_of_four", 0, 0, 0, NO_INDEX), shape, lastTwoPlaces, 0);
            Set<Long> expected = run((weights - 1) / 8, 1);
            expected.addAll(half(weights / 8 + exact(2, weights / 2 - 1)));
            assertThat(read).isEqualTo(expected);
        }
    }

    @Test
    void twosOfFourInEights() {
        for (int[] shape : SHAPES) {
            long weights = exact(shape[0], shape[1]);
            readLast(new LevelKernel("two_of_four_eight", 0, 0, 0, NO_INDEX), shape, 0b1110_1110, 0);
            Set<Long> expected = run((weights - 1) / 8, 1);
            expected.addAll(run(weights / 8 + exact(2, weights / 2 - 4), 8));
            assertThat(read).isEqualTo(expected);
        }
    }

    @Test
    void prunedGroups() {
        for (int[] shape : SHAPES) {
            for (int bits = 2; bits <= 8; bits++) {
                requirePruned(shape, bits, 1);
                requirePruned(shape, bits, 64);
            }
        }
    }

    private void requirePruned(int[] shape, int bits, int size) {
        int kept = 2_000_000_064;
        long before = 2_000_000_063;
        long groups = exact(shape[0], shape[1] / size);
        long scales = groups / 8 + streamEnd(exact(kept, size), bits);
        readLast(new LevelKernel("sparse_grid", bits, size, kept, NO_INDEX), shape, 0xFF, 2_000_000_000);
        Set<Long> expected = run(groups / 8 - 8, 8);
        expected.addAll(code(groups / 8, exact(before, size) + size - 1, bits));
        expected.addAll(half(scales + exact(2, before)));
        expected.addAll(code(scales + exact(2, kept), before, bits));
        assertThat(read).isEqualTo(expected);
        assertThat(indexRead).containsExactly(groups / 64 - 1);
    }

    @Test
    void prunedGroupsInEights() {
        for (int[] shape : SHAPES) {
            for (int bits = 2; bits <= 8; bits++) {
                requirePrunedInEights(shape, bits, 3);
                requirePrunedInEights(shape, bits, 6);
            }
        }
    }

    private void requirePrunedInEights(int[] shape, int bits, int logarithm) {
        int kept = 2_000_000_064;
        long before = 2_000_000_063;
        long groups = exact(shape[0], shape[1] >> logarithm);
        long scales = groups / 8 + streamEnd(exact(kept, 1 << logarithm), bits);
        readLast(new LevelKernel("sparse_grid_eight", bits, logarithm, kept, NO_INDEX), shape, 0xFF, 2_000_000_000);
        Set<Long> expected = run(groups / 8 - 8, 8);
        expected.addAll(words(scales - bits, bits));
        expected.addAll(half(scales + exact(2, before)));
        expected.addAll(code(scales + exact(2, kept), before, bits));
        assertThat(read).isEqualTo(expected);
        assertThat(indexRead).containsExactly(groups / 64 - 1);
    }

    @Test
    void halves() {
        for (int[] shape : SHAPES) {
            long last = exact(2, exact(shape[0], shape[1]) - 1);
            readLast(LevelKernel.halves(2_000_000_001, shape[1]), shape, 0, 0);
            assertThat(read).isEqualTo(half(2_000_000_001L + last));
            readLast(LevelKernel.halves(2_000_000_000, shape[1]), shape, 0, 0);
            assertThat(read).isEqualTo(run(2_000_000_000L + last - 14, 16));
        }
    }

    /** Within the last block of the matrix the same bytes are read as in a matrix of one block. */
    @Test
    void ggmlBlocks() {
        for (int[] shape : SHAPES) {
            for (GgmlType type : GgmlType.values()) {
                LevelKernel kernel = LevelKernel.of(new GgmlBlocks(type), 1, type.blockSize(), null)
                        .orElseThrow();
                readLast(kernel, new int[] {1, type.blockSize()}, 0, 0);
                long lastBlock = exact(shape[0], shape[1] / type.blockSize()) - 1;
                Set<Long> expected = new TreeSet<>();
                read.forEach(position -> expected.add(exact(lastBlock, type.bytesPerBlock()) + position));
                readLast(kernel, shape, 0, 0);
                assertThat(read).as(type.name()).isEqualTo(expected).hasSizeGreaterThan(2);
            }
        }
    }

    /** Notes what is read for the last weight, or the last eight, where every byte and every number of the index is the same. */
    private void readLast(LevelKernel kernel, int[] shape, int everyByte, int everyIndex) {
        read.clear();
        indexRead.clear();
        text.weights(
                kernel,
                position -> {
                    read.add(position);
                    return everyByte;
                },
                position -> {
                    indexRead.add(position);
                    return everyIndex;
                },
                shape[0] - 1,
                shape[1] - (KernelText.givesEight(kernel) ? 8 : 1),
                shape[0],
                shape[1]);
    }

    private static long exact(long a, long b) {
        return BigInteger.valueOf(a).multiply(BigInteger.valueOf(b)).longValueExact();
    }

    private static long streamEnd(long codes, int bits) {
        return (exact(codes, bits) + 7) / 8;
    }

    /** Every byte that holds a bit of a code. */
    private static Set<Long> code(long start, long i, int bits) {
        Set<Long> bytes = new TreeSet<>();
        LongStream.range(exact(i, bits), exact(i + 1, bits)).forEach(bit -> bytes.add(start + bit / 8));
        return bytes;
    }

    /** The aligned words of four bytes in which a run lies. */
    private static Set<Long> words(long start, int length) {
        return run(start / 4 * 4, (int) ((start + length + 3) / 4 * 4 - start / 4 * 4));
    }

    private static Set<Long> half(long start) {
        return run(start, 2);
    }

    private static Set<Long> run(long start, int length) {
        Set<Long> bytes = new TreeSet<>();
        LongStream.range(start, start + length).forEach(bytes::add);
        return bytes;
    }
}
