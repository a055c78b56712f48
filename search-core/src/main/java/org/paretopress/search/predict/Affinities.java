package org.paretopress.search.predict;

import java.util.List;
import org.paretopress.search.space.Assignment;

/**
 * How much assignments have in common: the sum of √(w·w′) over the layers that both have at the same level, where w and
 * w′ are the layer's shares of the summed error (the Bhattacharyya coefficient of the shares, taken over the cells of the
 * table). 1 for equal assignments, 0 where no layer agrees. Layers without damage hardly count.
 */
final class Affinities {

    private final int size;

    /** [layer][level][observation]: the root of the layer's share, 0 at other levels; null where no observation has it. */
    private final double[][][] roots;

    Affinities(TableShares shares, List<Observation> observations) {
        this.size = observations.size();
        this.roots = new double[shares.layers()][][];
        for (int layer = 0; layer < roots.length; layer++) {
            roots[layer] = new double[shares.levels(layer)][];
            for (int i = 0; i < size; i++) {
                int level = observations.get(i).assignment().level(layer);
                if (roots[layer][level] == null) {
                    roots[layer][level] = new double[size];
                }
                roots[layer][level][i] = observations.get(i).roots()[layer];
            }
        }
    }

    /**
     * Of an assignment with every observation.
     *
     * @param own roots of the assignment's shares, [layers]
     * @return [observations]
     */
    double[] of(Assignment assignment, double[] own) {
        double[] affinities = new double[size];
        for (int layer = 0; layer < roots.length; layer++) {
            double[] others = roots[layer][assignment.level(layer)];
            if (others != null) {
                double root = own[layer];
                for (int i = 0; i < size; i++) {
                    affinities[i] += root * others[i];
                }
            }
        }
        return affinities;
    }
}
