package org.paretopress.search.space;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One linear weight matrix, or several that are tied to one level, and the levels they can be stored at. Two neighbouring levels may have the same size
 * (two methods of equal cost); a level smaller than its predecessor is refused, because "one level lower" would
 * then no longer mean "not larger".
 *
 * @param name for example {@code model.layers.3.mlp.up_proj}
 * @param members names of the tied weight matrices, neighbours in model order; otherwise the name alone
 * @param parameters number of weights of all members, at least 1
 * @param levels at least one, with distinct names, in order of non-decreasing size
 */
public record Layer(String name, List<String> members, long parameters, List<Level> levels) {

    /** A single weight matrix. */
    public Layer(String name, long parameters, List<Level> levels) {
        this(name, List.of(name), parameters, levels);
    }

    /** @throws IllegalArgumentException if a rule above is broken; the message names layer and level */
    public Layer {
        if (name == null || name.isBlank()) {
            throw new IllegalArgumentException("A layer has the name '" + name + "'.\nMaybe its key was left empty.");
        }
        if (parameters < 1) {
            throw new IllegalArgumentException("Layer '" + name + "' has " + parameters
                    + " parameters.\nMaybe a dimension of its weight is missing.");
        }
        members = List.copyOf(members);
        levels = List.copyOf(levels);
        requireOrderedLevels(name, levels);
    }

    /** Index of the level of this name, or -1. */
    public int indexOf(String levelName) {
        for (int index = 0; index < levels.size(); index++) {
            if (levels.get(index).name().equals(levelName)) {
                return index;
            }
        }
        return -1;
    }

    /** Names of the levels from the smallest to the largest, comma separated, for messages. */
    String levelNames() {
        return levels.stream().map(Level::name).collect(Collectors.joining(", "));
    }

    private static void requireOrderedLevels(String layer, List<Level> levels) {
        if (levels.isEmpty()) {
            throw new IllegalArgumentException(
                    "Layer '" + layer + "' has no level.\nMaybe leave it out and count it in the fixed size.");
        }
        Set<String> names = new HashSet<>();
        Level previous = levels.get(0);
        for (Level level : levels) {
            if (!names.add(level.name())) {
                throw new IllegalArgumentException("Layer '" + layer + "' has the level '" + level.name()
                        + "' twice.\nMaybe two level families use the same name.");
            }
            if (level.sizeInBytes() < previous.sizeInBytes()) {
                throw new IllegalArgumentException("Layer '" + layer + "' lists level '" + level.name() + "' ("
                        + level.sizeInBytes() + " bytes) after '" + previous.name() + "' (" + previous.sizeInBytes()
                        + " bytes).\nMaybe sort its levels by size.");
            }
            previous = level;
        }
    }
}
