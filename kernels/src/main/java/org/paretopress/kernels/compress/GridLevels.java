package org.paretopress.kernels.compress;

import java.util.List;
import java.util.TreeSet;

/** Parameters that all methods on uniform grids share. */
final class GridLevels {

    private GridLevels() {}

    /**
     * The bits in ascending order, once checked.
     *
     * @throws IllegalArgumentException where bits are empty, repeated or not 2 to 8, or the size is not positive
     */
    static List<Integer> ascending(List<Integer> bits, int quantizationGroupSize) {
        TreeSet<Integer> sorted = new TreeSet<>(bits);
        if (sorted.isEmpty() || sorted.size() != bits.size() || sorted.first() < 2 || sorted.last() > 8) {
            throw new IllegalArgumentException(
                    "bits = " + bits + " are no levels.\nMaybe choose distinct numbers from 2 to 8.");
        }
        if (quantizationGroupSize < 1) {
            throw new IllegalArgumentException(
                    "quantizationGroupSize = " + quantizationGroupSize + " is impossible.\nMaybe 64 or 128.");
        }
        return List.copyOf(sorted);
    }
}
