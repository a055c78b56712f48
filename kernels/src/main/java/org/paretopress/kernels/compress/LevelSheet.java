package org.paretopress.kernels.compress;

import org.paretopress.kernels.levels.PackedMatrix;

/**
 * One layer at one level while it is being filled in: decides on grids or masks when it is shown weights, then takes one
 * weight after another and says what became of each. Columns may come in any order within what was shown.
 */
interface LevelSheet {

    /** How many columns, from a multiple of this number, must be shown together. */
    int columnsAtOnce();

    /**
     * Shows the weights of columns {@code from … to − 1} as they are now, those to come included.
     *
     * @param weights rows × columns
     */
    void show(int from, int to, double[][] weights);

    /** Stores a weight as nearly as the level can, and returns the stored value. */
    double put(int row, int column, double weight);

    /** The finished level. */
    PackedMatrix pack();
}
