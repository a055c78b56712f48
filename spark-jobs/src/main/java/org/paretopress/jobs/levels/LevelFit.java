package org.paretopress.jobs.levels;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.paretopress.jobs.InputException;
import org.paretopress.jobs.config.LevelsConfig;
import org.paretopress.kernels.compress.Compressor;
import org.paretopress.kernels.model.ModelConfig;
import org.paretopress.kernels.model.ModelConfig.LayerShape;
import org.paretopress.search.space.Level;

/** Refuses levels that a model's layers cannot have, or that could not be told apart. */
final class LevelFit {

    /** What the dynamic programme of the allocation baseline can index. */
    private static final int MOST_LEVELS = 256;

    private LevelFit() {}

    /** A family that no layer can have would be missing without a word. */
    static Compressor requireAny(String key, Compressor family, ModelConfig model) {
        if (model.layers().stream()
                .allMatch(layer -> family.layouts(layer.rows(), layer.columns()).isEmpty())) {
            LayerShape first = model.layers().get(0);
            throw new InputException(
                    key + " fits no layer, such as " + shape(first) + ": " + family.method() + ".",
                    "a group does not divide the columns, or a share leaves nothing to keep or to leave out.");
        }
        return family;
    }

    static void requireRanks(LevelsConfig.Residual residual, ModelConfig model) {
        int largest = model.layers().stream()
                .mapToInt(layer -> Math.min(layer.rows(), layer.columns()))
                .max()
                .orElse(0);
        if (residual != null && residual.ranks().get(0) > largest) {
            throw new InputException(
                    "levels.residual.ranks = " + residual.ranks() + " fit no layer.",
                    "use " + largest + " or less; 16 is usual.");
        }
    }

    /** @param levels of one layer */
    static List<Level> requireDistinct(LayerShape layer, List<Level> levels) {
        Set<String> names = new HashSet<>();
        for (Level level : levels) {
            if (!names.add(level.name())) {
                throw new InputException(
                        "Layer " + shape(layer) + ", has two levels called " + level.name() + ".",
                        "the shares of levels.sparsity or levels.joint lie too near each other: they are told apart by"
                                + " four decimals; raise levels.sparsity.stepWeights or name fewer.");
            }
        }
        if (levels.size() > MOST_LEVELS) {
            throw new InputException(
                    "Layer " + shape(layer) + ", has " + levels.size() + " levels, more than " + MOST_LEVELS + ".",
                    "fewer steps of levels.sparsity or fewer levels.residual.ranks will do.");
        }
        return levels;
    }

    private static String shape(LayerShape layer) {
        return layer.name() + ", " + layer.rows() + " x " + layer.columns();
    }
}
