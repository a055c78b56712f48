package org.paretopress.jobs.search;

import java.util.Map;
import java.util.stream.Collectors;
import org.paretopress.kernels.forward.WeightCache;
import org.paretopress.kernels.levels.LevelManifest;
import org.paretopress.search.space.SearchSpace;

/** Errors that allocation adds up over layers. */
final class ErrorTable {

    private ErrorTable() {}

    /**
     * The absolute output error of every layer at every level, tr(ΔHΔᵀ). Relative errors would count a layer that hardly
     * matters as much as one that does. The original weights have none.
     *
     * @return errors[layer][level], in the order of the search space
     */
    static double[][] outputErrors(SearchSpace space, LevelManifest manifest) {
        double[][] errors = new double[space.layers().size()][];
        for (int layer = 0; layer < errors.length; layer++) {
            Map<String, Double> measured = manifest.layers().get(layer).levels().stream()
                    .collect(Collectors.toMap(LevelManifest.Level::name, LevelManifest.Level::outputError));
            errors[layer] = space.layers().get(layer).levels().stream()
                    .mapToDouble(level -> level.name().equals(WeightCache.DENSE) ? 0 : measured.get(level.name()))
                    .toArray();
        }
        return errors;
    }
}
