package org.paretopress.search.space;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * One level index per layer; immutable. Index 0 is the smallest level of a layer. The text form is the indices in
 * layer order joined by commas, for example {@code 0,3,2}; {@link #parse} reads it back.
 */
public final class Assignment implements Comparable<Assignment> {

    private final int[] levels;

    private Assignment(int[] levels) {
        this.levels = levels;
        for (int layer = 0; layer < levels.length; layer++) {
            if (levels[layer] < 0) {
                throw new IllegalArgumentException("Layer index " + layer + " is assigned level index " + levels[layer]
                        + ".\nMaybe a lookup of a level name failed.");
            }
        }
    }

    public static Assignment of(int... levels) {
        return new Assignment(levels.clone());
    }

    /** The same level index in each of {@code layers} layers. */
    public static Assignment uniform(int layers, int level) {
        int[] levels = new int[layers];
        Arrays.fill(levels, level);
        return new Assignment(levels);
    }

    /** @throws IllegalArgumentException if the text is not a comma-separated list of level indices */
    public static Assignment parse(String text) {
        try {
            return new Assignment(Arrays.stream(text.split(",", -1))
                    .mapToInt(part -> Integer.parseInt(part.strip()))
                    .toArray());
        } catch (NumberFormatException cause) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no assignment: " + cause.getMessage()
                            + ".\nMaybe it holds level names; level indices such as 0,3,2 are read here.",
                    cause);
        }
    }

    /** Level index of a layer. */
    public int level(int layer) {
        return levels[layer];
    }

    /** A copy in which one layer has another level. */
    public Assignment with(int layer, int level) {
        int[] changed = levels.clone();
        changed[layer] = level;
        return new Assignment(changed);
    }

    /** A copy in which some layers have one other level. */
    public Assignment with(int[] layers, int level) {
        int[] changed = levels.clone();
        for (int layer : layers) {
            changed[layer] = level;
        }
        return new Assignment(changed);
    }

    /** Number of layers. */
    public int size() {
        return levels.length;
    }

    public int[] toArray() {
        return levels.clone();
    }

    /** Lexicographic in layer order. */
    @Override
    public int compareTo(Assignment other) {
        return Arrays.compare(levels, other.levels);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Assignment that && Arrays.equals(levels, that.levels);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(levels);
    }

    @Override
    public String toString() {
        return Arrays.stream(levels).mapToObj(Integer::toString).collect(Collectors.joining(","));
    }
}
