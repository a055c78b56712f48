package org.paretopress.kernels.compress;

import java.util.Arrays;
import org.paretopress.kernels.ggml.Half;
import org.paretopress.kernels.levels.Layout;
import org.paretopress.kernels.levels.PackedMatrix;
import org.paretopress.kernels.levels.SparseMask;
import org.paretopress.kernels.levels.SparseMatrix;
import org.paretopress.kernels.levels.TwoOfFourMatrix;

/** Pruned and kept weights; which are pruned is decided when a block of columns is shown. */
final class SparseSheet implements LevelSheet {

    static final int BLOCK_COLUMNS = 128;

    private final String layer;
    private final int rows;
    private final int columns;
    private final boolean twoOfFour;
    private final long pruned;
    private final InverseFactor factor;
    private final double[] values;
    private final boolean[] kept;

    SparseSheet(WeightMatrix weights, Layout layout, InverseFactor factor) {
        this.layer = weights.layer();
        this.rows = weights.rows();
        this.columns = weights.columns();
        this.twoOfFour = !(layout instanceof SparseMask);
        this.values = new double[rows * columns];
        this.kept = new boolean[values.length];
        this.pruned = layout instanceof SparseMask sparse ? values.length - sparse.kept() : values.length / 2;
        this.factor = factor;
    }

    @Override
    public int columnsAtOnce() {
        return twoOfFour ? 4 : BLOCK_COLUMNS;
    }

    @Override
    public void show(int from, int to, double[][] weights) {
        int width = to - from;
        double[] scores = new double[rows * width];
        for (int row = 0; row < rows; row++) {
            for (int column = from; column < to; column++) {
                double error = weights[row][column] / factor.rows()[column][column];
                scores[row * width + column - from] = error * error;
            }
        }
        if (twoOfFour) {
            for (int row = 0; row < rows; row++) {
                double[] four = Arrays.copyOfRange(scores, row * width, (row + 1) * width);
                System.arraycopy(Masks.pruneLowest(four, 2), 0, kept, row * columns + from, width);
            }
            return;
        }
        long before = pruned * from / columns;
        boolean[] block = Masks.pruneLowest(scores, (int) (pruned * to / columns - before));
        for (int row = 0; row < rows; row++) {
            System.arraycopy(block, row * width, kept, row * columns + from, width);
        }
    }

    @Override
    public double put(int row, int column, double weight) {
        int at = row * columns + column;
        if (!kept[at]) {
            return 0;
        }
        values[at] = weight;
        return Half.toFloat(Half.ofDouble(weight));
    }

    @Override
    public PackedMatrix pack() {
        return twoOfFour
                ? TwoOfFourMatrix.pack(layer, rows, columns, values, kept)
                : SparseMatrix.pack(layer, rows, columns, values, kept);
    }
}
