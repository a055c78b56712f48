package org.paretopress.search.predict;

import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.Layer;
import org.paretopress.search.space.SearchSpace;

/**
 * What the table of one-layer errors says of an assignment: their sum, and the share of it that each layer has.
 *
 * <p>An error of zero would have no logarithm as a sum and no part in any share, so none counts for less than
 * {@value #LEAST_SHARE} of the table's greatest; in a table of zeros all count alike.
 */
final class TableShares {

    private static final double LEAST_SHARE = 1e-7;

    private final SearchSpace space;
    private final double[][] errors;

    /** @throws IllegalArgumentException if the shape differs from the space, or an error is negative or not finite */
    TableShares(SearchSpace space, double[][] errors) {
        if (errors.length != space.layers().size()) {
            throw new IllegalArgumentException("The error table has " + errors.length + " layers, the search space "
                    + space.layers().size() + ".\nMaybe it was measured on another model.");
        }
        double greatest = 0;
        for (int layer = 0; layer < errors.length; layer++) {
            greatest = Math.max(greatest, greatest(space.layers().get(layer), errors[layer]));
        }
        double least = greatest > 0 ? Math.max(LEAST_SHARE * greatest, Double.MIN_NORMAL) : 1;
        this.space = space;
        this.errors = new double[errors.length][];
        for (int layer = 0; layer < errors.length; layer++) {
            this.errors[layer] = errors[layer].clone();
            for (int level = 0; level < errors[layer].length; level++) {
                this.errors[layer][level] = Math.max(least, errors[layer][level]);
            }
        }
    }

    int layers() {
        return errors.length;
    }

    int levels(int layer) {
        return errors[layer].length;
    }

    /** Natural logarithm of the summed errors. */
    double logSum(Assignment assignment) {
        return StrictMath.log(sum(assignment));
    }

    /** Square roots of the layers' shares, [layers]; a vector of length one. */
    double[] roots(Assignment assignment) {
        double sum = sum(assignment);
        double[] roots = new double[errors.length];
        for (int layer = 0; layer < roots.length; layer++) {
            roots[layer] = Math.sqrt(errors[layer][assignment.level(layer)] / sum);
        }
        return roots;
    }

    /** @throws IllegalArgumentException if the assignment is not of the search space */
    private double sum(Assignment assignment) {
        requireFits(assignment);
        double sum = 0;
        for (int layer = 0; layer < errors.length; layer++) {
            sum += errors[layer][assignment.level(layer)];
        }
        return sum;
    }

    private void requireFits(Assignment assignment) {
        if (assignment.size() != errors.length) {
            throw new IllegalArgumentException("The assignment has " + assignment.size() + " layers, the search space "
                    + errors.length + ".\nMaybe it was written for another model.");
        }
        for (int layer = 0; layer < errors.length; layer++) {
            if (assignment.level(layer) >= errors[layer].length) {
                throw new IllegalArgumentException(
                        "Layer '" + space.layers().get(layer).name() + "' has no level index " + assignment.level(layer)
                                + ".\nMaybe use 0 to " + (errors[layer].length - 1) + ".");
            }
        }
    }

    private static double greatest(Layer layer, double[] row) {
        if (row.length != layer.levels().size()) {
            throw new IllegalArgumentException("Layer '" + layer.name() + "' has " + row.length + " errors for "
                    + layer.levels().size() + " levels.\nMaybe a level was added after they were measured.");
        }
        double greatest = 0;
        for (int level = 0; level < row.length; level++) {
            if (!Double.isFinite(row[level]) || row[level] < 0) {
                throw new IllegalArgumentException("Layer '" + layer.name() + "' at level '"
                        + layer.levels().get(level).name() + "' has the error " + row[level]
                        + ".\nMaybe its compression failed, or its calibration saw no text.");
            }
            greatest = Math.max(greatest, row[level]);
        }
        return greatest;
    }
}
