package org.paretopress.search.allocate;

import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.SearchSpace;

/**
 * The dynamic programme of L-GreCo (Markov et al., MLSys 2024, Algorithm 1) on a size grid: for every number of
 * units the least error that fits. Layers enter from the last to the first, so that the walk that reads an assignment
 * back decides the first layer first and ties end in the lexicographically smallest assignment.
 *
 * <p>A droppable sub-block has one more choice once all of its layers are in: none of them, from the table before.
 *
 * <p>Time is layers × levels × capacity; memory one byte per layer and unit.
 */
final class AllocationTable {

    private static final int MOST_LEVELS = 256;

    private final SearchSpace space;
    private final SizeGrid grid;
    private final double[] error;
    private final long[] extraBytes;
    private final byte[][] choice;

    AllocationTable(SearchSpace space, SizeGrid grid, ErrorTable errors) {
        this.space = space;
        this.grid = grid;
        this.error = new double[grid.capacity() + 1];
        this.extraBytes = new long[grid.capacity() + 1];
        this.choice = new byte[grid.layers()][grid.capacity() + 1];
        for (int layer = grid.layers() - 1; layer >= 0; layer--) {
            if (errors.row(layer).length > MOST_LEVELS) {
                throw new IllegalArgumentException("Layer index " + layer + " has " + errors.row(layer).length
                        + " levels, more than " + MOST_LEVELS + ".\nMaybe offer a coarser grid of levels.");
            }
            if (space.subBlock(layer) < 0) {
                prepend(layer, errors.row(layer));
            } else {
                int[] subBlock = space.droppedWith(layer);
                prepend(subBlock, errors);
                layer = subBlock[0];
            }
        }
    }

    /** The least error within so many units, added up from the last layer to the first. */
    double error(int units) {
        return error[units];
    }

    /** The assignment of that error; of several the smallest in bytes, then in lexicographic order. */
    Assignment assignment(int units) {
        int[] levels = new int[grid.layers()];
        int left = units;
        int layer = 0;
        while (layer < levels.length) {
            levels[layer] = Byte.toUnsignedInt(choice[layer][left]);
            left -= grid.units(layer)[levels[layer]];
            boolean dropped = levels[layer] < space.lowestKept(layer);
            layer += dropped ? space.droppedWith(layer).length : 1;
        }
        return Assignment.of(levels);
    }

    /** All layers of a sub-block, then the choice of none of them, from the table before, where that is no worse. */
    private void prepend(int[] subBlock, ErrorTable errors) {
        double[] errorWithout = error.clone();
        long[] bytesWithout = extraBytes.clone();
        double dropError = 0;
        for (int member = subBlock.length - 1; member >= 0; member--) {
            prepend(subBlock[member], errors.row(subBlock[member]));
            dropError += errors.at(subBlock[member], 0);
        }
        for (int cell = 0; cell < error.length; cell++) {
            double dropped = dropError + errorWithout[cell];
            if (dropped < error[cell] || dropped == error[cell] && bytesWithout[cell] <= extraBytes[cell]) {
                error[cell] = dropped;
                extraBytes[cell] = bytesWithout[cell];
                choice[subBlock[0]][cell] = 0;
            }
        }
    }

    /**
     * Works in place: a cell depends on cells of fewer or equal units, and goes from the most units down. A cell too
     * small for the lowest level that keeps the layer has an infinite error.
     */
    private void prepend(int layer, double[] levelErrors) {
        int[] units = grid.units(layer);
        long[] bytes = grid.extraBytes(layer);
        int lowest = space.lowestKept(layer);
        for (int cell = grid.capacity(); cell >= 0; cell--) {
            int best = lowest;
            double leastError = Double.POSITIVE_INFINITY;
            long leastBytes = Long.MAX_VALUE;
            for (int level = lowest; level < units.length && units[level] <= cell; level++) {
                double candidate = levelErrors[level] + error[cell - units[level]];
                if (candidate > leastError) {
                    continue;
                }
                long candidateBytes = bytes[level] + extraBytes[cell - units[level]];
                if (candidate < leastError || candidateBytes < leastBytes) {
                    best = level;
                    leastError = candidate;
                    leastBytes = candidateBytes;
                }
            }
            error[cell] = leastError;
            extraBytes[cell] = leastBytes;
            choice[layer][cell] = (byte) best;
        }
    }
}
