package org.paretopress.search.allocate;

import java.util.List;
import java.util.stream.IntStream;
import org.paretopress.search.space.SearchSpace;

/** Leaves out levels that no best assignment needs, before a programme is solved. */
final class Dominance {

    private Dominance() {}

    /**
     * The level indices of each layer, [layer][choice], without those that another level of the layer replaces at no
     * more of anything counted; of levels alike in all the first stays. Never empty for a layer.
     *
     * <p>To drop a layer is no choice of its own where a sub-block is dropped as a whole: it stays, and replaces nothing.
     *
     * @param counted at least one, all of the same layers and levels as the space
     */
    static int[][] undominated(SearchSpace space, List<ResourceLimit> counted) {
        return IntStream.range(0, counted.get(0).layers())
                .mapToObj(layer -> IntStream.range(0, counted.get(0).levels(layer))
                        .filter(level -> level < space.lowestKept(layer)
                                || !isDominated(counted, layer, level, space.lowestKept(layer)))
                        .toArray())
                .toArray(int[][]::new);
    }

    private static boolean isDominated(List<ResourceLimit> counted, int layer, int level, int lowest) {
        return IntStream.range(lowest, counted.get(0).levels(layer))
                .anyMatch(other -> other != level && replaces(counted, layer, other, level));
    }

    private static boolean replaces(List<ResourceLimit> counted, int layer, int other, int level) {
        boolean less = other < level;
        for (ResourceLimit one : counted) {
            if (one.use(layer, other) > one.use(layer, level)) {
                return false;
            }
            less |= one.use(layer, other) < one.use(layer, level);
        }
        return less;
    }
}
