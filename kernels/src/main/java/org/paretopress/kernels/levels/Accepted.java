package org.paretopress.kernels.levels;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What names and numbers a layer file and the manifest accept. */
final class Accepted {

    private Accepted() {}

    /** A layer's name is part of a file name, so it may hold no path. */
    static String requireLayer(String name) {
        if (name == null || !name.matches("[A-Za-z0-9_][A-Za-z0-9._-]*")) {
            throw new IllegalArgumentException("The layer name \"" + name + "\" cannot name a file.\n"
                    + "Maybe it should look like model.layers.3.mlp.up_proj: letters, digits, '.', '_' and '-'.");
        }
        return name;
    }

    static String requireText(String what, String value) {
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException("The " + what + " is missing.\nMaybe the writer left it out.");
        }
        return value;
    }

    /** A copy of a list that holds at least one entry, no null and no name twice. */
    static <T> List<T> requireDistinct(String what, List<T> entries, Collection<String> names) {
        if (names.isEmpty()) {
            throw new IllegalArgumentException("There is no " + what + ".\nMaybe nothing was selected to compress.");
        }
        return requireNoneTwice(what, entries, names);
    }

    /** A copy of a list that holds no null and no name twice. */
    static <T> List<T> requireNoneTwice(String what, List<T> entries, Collection<String> names) {
        Set<String> seen = new HashSet<>();
        for (String name : names) {
            if (!seen.add(name)) {
                throw new IllegalArgumentException(
                        "The " + what + " \"" + name + "\" occurs twice.\nMaybe remove one.");
            }
        }
        return List.copyOf(entries);
    }

    static long requireAtLeast(String what, long value, long least) {
        if (value < least) {
            throw new IllegalArgumentException(
                    what + " = " + value + " is impossible.\nMaybe it should be " + least + " or more.");
        }
        return value;
    }

    static double requireBits(double bits) {
        if (!(bits >= 0 && bits <= 64)) {
            throw new IllegalArgumentException("bits = " + bits + " is impossible.\nMaybe it should be 0 to 64.");
        }
        return bits;
    }
}
