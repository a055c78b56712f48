package org.paretopress.search.space;

import java.util.Collection;
import java.util.Comparator;

/** Finds what a mistyped name was probably meant to be (Levenshtein distance), for error messages. */
final class NameDistance {

    private NameDistance() {}

    /** The name nearest to {@code asked}; the first of several. {@code names} is not empty. */
    static String nearest(String asked, Collection<String> names) {
        return names.stream()
                .min(Comparator.comparingInt(name -> between(asked, name)))
                .orElseThrow();
    }

    /** Number of single-character insertions, deletions and replacements that turn one text into the other. */
    static int between(String left, String right) {
        int[] above = new int[right.length() + 1];
        for (int column = 0; column <= right.length(); column++) {
            above[column] = column;
        }
        for (int row = 1; row <= left.length(); row++) {
            int[] current = new int[right.length() + 1];
            current[0] = row;
            for (int column = 1; column <= right.length(); column++) {
                int replaced = above[column - 1] + (left.charAt(row - 1) == right.charAt(column - 1) ? 0 : 1);
                current[column] = Math.min(replaced, 1 + Math.min(above[column], current[column - 1]));
            }
            above = current;
        }
        return above[right.length()];
    }
}
