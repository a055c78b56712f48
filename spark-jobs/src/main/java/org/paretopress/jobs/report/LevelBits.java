package org.paretopress.jobs.report;

import java.util.Map;

/**
 * What levels take, in bits a weight.
 *
 * @param stored with scales and all else, by layer and level; runs of earlier releases have not written them
 */
public record LevelBits(Map<String, Map<String, Double>> stored) {

    /** Where it is not known, what the name of the level says. */
    double of(String layer, String level) {
        Double known = stored.getOrDefault(layer, Map.of()).get(level);
        return known == null ? LevelScale.nominalBits(level) : known;
    }

    /** The mean over the layers that have the level. */
    double of(String level) {
        return stored.values().stream()
                .filter(levels -> levels.containsKey(level))
                .mapToDouble(levels -> levels.get(level))
                .average()
                .orElseGet(() -> LevelScale.nominalBits(level));
    }
}
