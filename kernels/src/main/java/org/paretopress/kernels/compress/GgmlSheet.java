package org.paretopress.kernels.compress;

import java.nio.ByteBuffer;
import org.paretopress.kernels.ggml.BlockGrid;
import org.paretopress.kernels.levels.GgmlBlocks;
import org.paretopress.kernels.levels.PackedMatrix;

/** Codes in GGML blocks; the scales of a block are chosen when its weights are shown. */
final class GgmlSheet implements LevelSheet {

    private final String layer;
    private final int rows;
    private final int columns;
    private final int blockSize;
    private final GgmlBlocks layout;
    private final double[] importance;
    private final BlockGrid[] grids;
    private final byte[][] codes;

    GgmlSheet(WeightMatrix weights, GgmlBlocks layout, CalibrationStatistics statistics) {
        this.layer = weights.layer();
        this.rows = weights.rows();
        this.columns = weights.columns();
        this.layout = layout;
        this.blockSize = layout.type().blockSize();
        this.importance = new double[columns];
        for (int column = 0; column < columns; column++) {
            importance[column] = statistics.at(column, column);
        }
        this.grids = new BlockGrid[rows * (columns / blockSize)];
        this.codes = new byte[grids.length][blockSize];
    }

    @Override
    public int columnsAtOnce() {
        return blockSize;
    }

    @Override
    public void show(int from, int to, double[][] weights) {
        for (int row = 0; row < rows; row++) {
            for (int column = from; column < to; column += blockSize) {
                try {
                    grids[block(row, column)] = layout.type().fit(weights[row], column, importance);
                } catch (ArithmeticException e) {
                    throw new IllegalArgumentException(
                            "Layer " + layer + ": the block at row " + row + ", column " + column + " cannot be "
                                    + layout.type() + "; " + e.getMessage()
                                    + ".\nMaybe the weights are not those of a trained model.",
                            e);
                }
            }
        }
    }

    @Override
    public double put(int row, int column, double weight) {
        int block = block(row, column);
        int code = grids[block].code(column % blockSize, weight);
        codes[block][column % blockSize] = (byte) code;
        return grids[block].value(column % blockSize, code);
    }

    @Override
    public PackedMatrix pack() {
        ByteBuffer payload = layout.allocate(rows, columns);
        for (int block = 0; block < grids.length; block++) {
            grids[block].write(codes[block], payload, block * layout.type().bytesPerBlock());
        }
        return layout.view(rows, columns, payload);
    }

    private int block(int row, int column) {
        return (row * columns + column) / blockSize;
    }
}
