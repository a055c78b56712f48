package org.paretopress.jobs.search;

import java.util.List;
import org.paretopress.kernels.levels.LevelManifest;

/** Errors that allocation adds up over layers. */
final class ErrorTable {

    private ErrorTable() {}

    /**
     * The absolute output error of every layer at every level, tr(ΔHΔᵀ). Relative errors would count a layer that hardly
     * matters as much as one that does.
     *
     * @return errors[layer][level], in the order of the search space
     */
    static double[][] outputErrors(LevelManifest manifest) {
        return manifest.layers().stream().map(layer -> errors(layer.levels())).toArray(double[][]::new);
    }

    private static double[] errors(List<LevelManifest.Level> levels) {
        return levels.stream().mapToDouble(LevelManifest.Level::outputError).toArray();
    }
}
