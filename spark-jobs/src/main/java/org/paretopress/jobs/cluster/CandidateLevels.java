package org.paretopress.jobs.cluster;

import java.io.Serializable;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The levels of candidates, with a number for each name: the same few names come in every candidate.
 *
 * @param names distinct and sorted
 * @param numbers by candidate and layer, places in {@code names}
 */
record CandidateLevels(String[] names, short[][] numbers) implements Serializable {

    /** @param candidates a level name for each layer, in model order */
    static CandidateLevels of(List<String[]> candidates) {
        String[] names =
                candidates.stream().flatMap(Arrays::stream).distinct().sorted().toArray(String[]::new);
        if (names.length > Short.MAX_VALUE) {
            throw new IllegalArgumentException(names.length + " different levels");
        }
        Map<String, Short> places = new HashMap<>();
        for (short i = 0; i < names.length; i++) {
            places.put(names[i], i);
        }
        short[][] numbers = candidates.stream()
                .map(levels -> {
                    short[] own = new short[levels.length];
                    for (int layer = 0; layer < own.length; layer++) {
                        own[layer] = places.get(levels[layer]);
                    }
                    return own;
                })
                .toArray(short[][]::new);
        return new CandidateLevels(names, numbers);
    }

    /** The level names of a candidate. */
    String[] of(int candidate) {
        String[] levels = new String[numbers[candidate].length];
        for (int layer = 0; layer < levels.length; layer++) {
            levels[layer] = names[numbers[candidate][layer]];
        }
        return levels;
    }

    int count() {
        return numbers.length;
    }

    /** How many layers a candidate has. */
    int layers() {
        return numbers[0].length;
    }

    /** Orders candidates as their names would: those with long common prefixes come side by side. */
    int compare(int one, int other) {
        return Arrays.compare(numbers[one], numbers[other]);
    }
}
