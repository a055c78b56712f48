package org.paretopress.search.allocate;

import org.paretopress.search.space.Assignment;

/**
 * The dynamic programme of L-GreCo (Markov et al., MLSys 2024, Algorithm 1) on a size grid: for every number of
 * units the least error that fits. Layers enter from the last to the first, so that the walk that reads an assignment
 * back decides the first layer first and ties end in the lexicographically smallest assignment.
 *
 * <p>Time is layers × levels × capacity; memory one byte per layer and unit.
 */
final class AllocationTable {

    private static final int MOST_LEVELS = 256;

    private final SizeGrid grid;
    private final double[] error;
    private final long[] extraBytes;
    private final byte[][] choice;

    AllocationTable(SizeGrid grid, ErrorTable errors) {
        this.grid = grid;
        this.error = new double[grid.capacity() + 1];
        this.extraBytes = new long[grid.capacity() + 1];
        this.choice = new byte[grid.layers()][grid.capacity() + 1];
        for (int layer = grid.layers() - 1; layer >= 0; layer--) {
            if (errors.row(layer).length > MOST_LEVELS) {
                throw new IllegalArgumentException("Layer index " + layer + " has " + errors.row(layer).length
                        + " levels, more than " + MOST_LEVELS + ".\nMaybe offer a coarser grid of levels.");
            }
            prepend(layer, errors.row(layer));
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
        for (int layer = 0; layer < levels.length; layer++) {
            levels[layer] = Byte.toUnsignedInt(choice[layer][left]);
            left -= grid.units(layer)[levels[layer]];
        }
        return Assignment.of(levels);
    }

    /** Works in place: a cell depends on cells of fewer or equal units, and goes from the most units down. */
    private void prepend(int layer, double[] levelErrors) {
        int[] units = grid.units(layer);
        long[] bytes = grid.extraBytes(layer);
        for (int cell = grid.capacity(); cell >= 0; cell--) {
            int best = 0;
            double leastError = levelErrors[0] + error[cell];
            long leastBytes = extraBytes[cell];
            for (int level = 1; level < units.length && units[level] <= cell; level++) {
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
