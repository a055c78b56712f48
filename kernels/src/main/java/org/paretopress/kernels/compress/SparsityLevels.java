package org.paretopress.kernels.compress;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.paretopress.kernels.levels.Layout;
import org.paretopress.kernels.levels.SparseMask;
import org.paretopress.kernels.levels.TwoOfFour;

/**
 * Levels of sparsity a fixed number of weights apart, so that one step down in one layer and one step up in another, of
 * whatever size, leave the model's size as it is (the levels of EvoPress, Sieberling et al., ICML 2025); or 2:4.
 *
 * @param average pruned share in the middle, between 0 and 1
 * @param steps levels on either side, as far as the layer has weights for them
 * @param stepWeights weights between two levels
 * @param twoOfFour whether 2:4 is a level too
 */
public record SparsityLevels(double average, int steps, long stepWeights, boolean twoOfFour) implements Serializable {

    public SparsityLevels {
        if (!(average > 0 && average < 1)) {
            throw new IllegalArgumentException(
                    "average = " + average + " is no sparsity.\nMaybe 0.5: half of the weights are pruned.");
        }
        if (steps < 0 || stepWeights < 1) {
            throw new IllegalArgumentException(
                    steps + " steps of " + stepWeights + " weights are no levels.\nMaybe 8 steps, of 1 or more.");
        }
    }

    /** The levels of a layer, by ascending size. */
    List<Layout> layouts(int rows, int columns) {
        long weights = (long) rows * columns;
        long middle = Math.round(weights * (1 - average));
        List<Layout> layouts = new ArrayList<>();
        for (int step = steps; step >= -steps; step--) {
            long kept = middle - step * stepWeights;
            if (kept > 0 && kept < weights) {
                layouts.add(new SparseMask(kept));
            }
        }
        if (twoOfFour && TwoOfFour.fits(columns)) {
            layouts.add(new TwoOfFour());
            layouts.sort((a, b) -> Long.compare(a.sizeInBytes(rows, columns), b.sizeInBytes(rows, columns)));
        }
        return List.copyOf(layouts);
    }

    String parameters() {
        return "average=" + average + " steps=" + steps + " stepWeights=" + stepWeights + " twoOfFour=" + twoOfFour;
    }
}
