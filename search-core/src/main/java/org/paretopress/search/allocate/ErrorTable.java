package org.paretopress.search.allocate;

import java.util.stream.IntStream;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.Layer;
import org.paretopress.search.space.SearchSpace;

/** The error of each layer at each of its levels, checked against the search space; immutable. */
final class ErrorTable {

    /** Relative rounding between two orders of adding the same errors. */
    static final double SUM_TOLERANCE = 1e-12;

    private final SearchSpace space;
    private final double[][] errors;

    /** @throws IllegalArgumentException if the shape differs from the space, or an error is negative or not finite */
    ErrorTable(SearchSpace space, double[][] errors) {
        if (errors.length != space.layers().size()) {
            throw new IllegalArgumentException("The error table has " + errors.length + " layers, the search space "
                    + space.layers().size() + ".\nMaybe it was measured on another model.");
        }
        this.space = space;
        this.errors = new double[errors.length][];
        for (int layer = 0; layer < errors.length; layer++) {
            requireUsable(space.layers().get(layer), errors[layer]);
            this.errors[layer] = errors[layer].clone();
        }
    }

    int layers() {
        return errors.length;
    }

    double at(int layer, int level) {
        return errors[layer][level];
    }

    /** Errors of one layer, by level; not to be changed. */
    double[] row(int layer) {
        return errors[layer];
    }

    /** Sum over the layers, in their order. */
    double sum(Assignment assignment) {
        double sum = 0;
        for (int layer = 0; layer < errors.length; layer++) {
            sum += errors[layer][assignment.level(layer)];
        }
        return sum;
    }

    /** The assignment of the least sum, with the lowest levels of equal ones. */
    Assignment least() {
        Assignment least = Assignment.of(IntStream.range(0, errors.length)
                .map(layer -> lowestOfLeast(errors[layer], space.lowestKept(layer)))
                .toArray());
        for (int[] subBlock : space.subBlocks()) {
            Assignment dropped = least.with(subBlock, 0);
            least = sum(subBlock, dropped) <= sum(subBlock, least) ? dropped : least;
        }
        return least;
    }

    private double sum(int[] layers, Assignment assignment) {
        double sum = 0;
        for (int layer : layers) {
            sum += errors[layer][assignment.level(layer)];
        }
        return sum;
    }

    private static int lowestOfLeast(double[] row, int lowest) {
        int least = lowest;
        for (int level = lowest + 1; level < row.length; level++) {
            least = row[level] < row[least] ? level : least;
        }
        return least;
    }

    /** The sum of the least error of each layer, which no assignment is below. */
    double leastSum() {
        double sum = 0;
        for (double[] row : errors) {
            sum += row[lowestOfLeast(row, 0)];
        }
        return sum;
    }

    /** @throws IllegalArgumentException if no assignment has so small an error */
    void requireReachable(double maxError) {
        double least = sum(least());
        if (!(maxError >= least)) {
            throw new IllegalArgumentException("An error of at most " + maxError
                    + " cannot be met: the least these levels reach is " + least
                    + ".\nMaybe allow more, or offer larger levels.");
        }
    }

    private static void requireUsable(Layer layer, double[] row) {
        if (row.length != layer.levels().size()) {
            throw new IllegalArgumentException("Layer '" + layer.name() + "' has " + row.length + " errors for "
                    + layer.levels().size() + " levels.\nMaybe a level was added after they were measured.");
        }
        for (int level = 0; level < row.length; level++) {
            if (!Double.isFinite(row[level]) || row[level] < 0) {
                throw new IllegalArgumentException("Layer '" + layer.name() + "' at level '"
                        + layer.levels().get(level).name() + "' has the error " + row[level]
                        + ".\nMaybe its compression failed, or its calibration saw no text.");
            }
        }
    }
}
