package org.paretopress.kernels.cuda;

import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Optional;
import org.paretopress.kernels.levels.Dropped;
import org.paretopress.kernels.levels.GgmlBlocks;
import org.paretopress.kernels.levels.Layout;
import org.paretopress.kernels.levels.LowRank;
import org.paretopress.kernels.levels.PackedMatrix;
import org.paretopress.kernels.levels.Residual;
import org.paretopress.kernels.levels.SparseGrid;
import org.paretopress.kernels.levels.SparseMask;
import org.paretopress.kernels.levels.TwoOfFour;
import org.paretopress.kernels.levels.UniformGrid;

/**
 * Which function of {@code levels.cuh} or {@code ggml.cuh} gives the weights of a packed matrix, and what it is called with
 * beside the payload, the place and the shape. Eight weights a call take a fraction of the time; shapes that they do not suit
 * are served one by one.
 *
 * @param function its name
 * @param a first parameter of the layout, as the function says
 * @param b second
 * @param c third
 * @param index of a form with a mask: how many entries are kept before each 64 of them; else empty
 */
record LevelKernel(String function, int a, int b, int c, int[] index) {

    private static final int EIGHT = CudaTensor.EIGHT;
    private static final int[] NO_INDEX = {};

    /** The kernel of a matrix; empty where {@link #of(Layout, int, int, ByteBuffer)} is. */
    static Optional<LevelKernel> of(PackedMatrix matrix) {
        return of(matrix.layout(), matrix.rows(), matrix.columns(), matrix.payload());
    }

    /**
     * The kernel of a layout: empty for products and what they are added to, which take several kernels, see
     * {@link #halves}, and for dropped layers, which have no weights.
     *
     * @param payload from its first byte; what lies behind the layout's own bytes is not read, so the payload of a
     *     {@link Residual} serves for its level
     */
    static Optional<LevelKernel> of(Layout layout, int rows, int columns, ByteBuffer payload) {
        return eightByEight(layout, rows, columns, payload).or(() -> oneByOne(layout, rows, columns, payload));
    }

    /** Empty also where a shape does not suit: each function says what it asks for. */
    private static Optional<LevelKernel> eightByEight(Layout layout, int rows, int columns, ByteBuffer payload) {
        long weights = (long) rows * columns;
        if (columns % EIGHT != 0) {
            return Optional.empty();
        }
        if (layout instanceof UniformGrid grid) {
            int logarithm = columns <= grid.quantizationGroupSize() ? 31 : logarithm(grid.quantizationGroupSize());
            boolean evenScales = weights / EIGHT * grid.bits() % 2 == 0;
            boolean severalGroups = (long) rows * grid.groupsPerRow(columns) > 1;
            return evenScales && severalGroups && logarithm > 0
                    ? Optional.of(with("uniform_grid_eight", grid.bits(), logarithm, commonZeroPoint(grid)))
                    : Optional.empty();
        }
        if (layout instanceof GgmlBlocks blocks) {
            return Optional.of(with(blocks.type().name().toLowerCase(Locale.ROOT) + "_eight", 0, 0, 0));
        }
        if (layout instanceof SparseMask && weights % Long.SIZE == 0) {
            return Optional.of(new LevelKernel("sparse_mask_eight", 0, 0, 0, keptBefore(payload, weights)));
        }
        if (layout instanceof TwoOfFour && weights % Long.SIZE == 0) {
            return Optional.of(with("two_of_four_eight", 0, 0, 0));
        }
        return layout instanceof SparseGrid grid ? eightByEight(grid, rows, columns, payload) : Optional.empty();
    }

    private static Optional<LevelKernel> eightByEight(SparseGrid grid, int rows, int columns, ByteBuffer payload) {
        int size = grid.quantizationGroupSize();
        long groups = (long) rows * (columns / size);
        long codesEnd = groups / Byte.SIZE + (long) grid.kept() * size / EIGHT * grid.bits();
        boolean wholeWords = groups % Long.SIZE == 0 && groups <= Integer.MAX_VALUE;
        return wholeWords && codesEnd % 2 == 0 && logarithm(size) > 0
                ? Optional.of(new LevelKernel(
                        "sparse_grid_eight", grid.bits(), logarithm(size), grid.kept(), keptBefore(payload, groups)))
                : Optional.empty();
    }

    /** Of a quantization group size that is a power of two of at least eight; else -1. */
    private static int logarithm(int size) {
        return size >= EIGHT && Integer.bitCount(size) == 1 ? Integer.numberOfTrailingZeros(size) : -1;
    }

    private static int commonZeroPoint(UniformGrid grid) {
        return grid.symmetric() ? 1 << (grid.bits() - 1) : 0;
    }

    /** For matrices of any shape, but for GGML blocks, which suit eights always. */
    static Optional<LevelKernel> oneByOne(Layout layout, int rows, int columns, ByteBuffer payload) {
        if (layout instanceof UniformGrid grid) {
            return Optional.of(with("uniform_grid", grid.bits(), grid.quantizationGroupSize(), commonZeroPoint(grid)));
        }
        if (layout instanceof SparseMask) {
            int[] index = keptBefore(payload, (long) rows * columns);
            return Optional.of(new LevelKernel("sparse_mask", 0, 0, 0, index));
        }
        if (layout instanceof TwoOfFour) {
            return Optional.of(with("two_of_four", 0, 0, 0));
        }
        if (layout instanceof SparseGrid grid) {
            int size = grid.quantizationGroupSize();
            int[] index = keptBefore(payload, (long) rows * (columns / size));
            return Optional.of(new LevelKernel("sparse_grid", grid.bits(), size, grid.kept(), index));
        }
        if (layout instanceof LowRank || layout instanceof Residual || layout instanceof Dropped) {
            return Optional.empty();
        }
        throw new IllegalArgumentException("No kernel knows the layout " + layout
                + ".\nMaybe it is a new form: levels.cuh needs a function for it, and LevelKernel its name.");
    }

    /** The kernel of a plain binary16 matrix within a payload, such as a factor of a product. */
    static LevelKernel halves(int start, int columns) {
        boolean eights = start % Long.BYTES == 0 && columns % EIGHT == 0;
        return with(eights ? "halves_eight" : "halves", start, 0, 0);
    }

    private static LevelKernel with(String function, int a, int b, int c) {
        return new LevelKernel(function, a, b, c, NO_INDEX);
    }

    /** Of a mask at the start of a payload: the ones before each 64 bits. */
    private static int[] keptBefore(ByteBuffer payload, long entries) {
        int[] before = new int[Math.toIntExact((entries + Long.SIZE - 1) / Long.SIZE)];
        for (int i = 1; i < before.length; i++) {
            before[i] = before[i - 1] + Long.bitCount(payload.getLong((i - 1) * Long.BYTES));
        }
        return before;
    }
}
