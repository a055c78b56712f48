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
 * Which function of {@code levels.cuh} gives the weights of a packed matrix, and what it is called with beside the
 * payload, the place and the shape.
 *
 * @param function its name
 * @param a first parameter of the layout, as the function says
 * @param b second
 * @param c third
 * @param index of a form with a mask: how many entries are kept before each 64 of them; else empty
 */
record LevelKernel(String function, int a, int b, int c, int[] index) {

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
        if (layout instanceof UniformGrid grid) {
            int symmetric = grid.symmetric() ? 1 : 0;
            return Optional.of(with("uniform_grid", grid.bits(), grid.quantizationGroupSize(), symmetric));
        }
        if (layout instanceof GgmlBlocks blocks) {
            return Optional.of(with(blocks.type().name().toLowerCase(Locale.ROOT), 0, 0, 0));
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
    static LevelKernel halves(int start) {
        return with("halves", start, 0, 0);
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
