package org.paretopress.kernels.compress;

import java.io.Serializable;
import java.util.List;
import org.paretopress.kernels.levels.Layout;

/** A family of grids that weights can be rounded to, by whatever method. */
public interface GridFamily extends Serializable {

    /** Parameters as short text for manifests, such as {@code "bits=[2, 3] quantizationGroupSize=64"}. */
    String parameters();

    /** The levels that a layer of this shape can have, by ascending size. */
    List<Layout> layouts(int rows, int columns);

    /** An empty sheet of one of the layouts. */
    LevelSheet sheet(Layout layout, WeightMatrix weights, CalibrationStatistics statistics);
}
