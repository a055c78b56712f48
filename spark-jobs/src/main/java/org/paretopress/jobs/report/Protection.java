package org.paretopress.jobs.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.paretopress.jobs.run.FrontPoint;

/**
 * Which layers are compressed less than others, in words. A layer counts with the bits a weight that its level takes, less the mean over all layers of its
 * point; projections and transformer blocks with the mean over their layers.
 */
final class Protection {

    /** In bits; what is closer to the mean is not named. */
    private static final double NOTABLE = 0.15;

    private static final int MOST_NAMED = 3;

    private Protection() {}

    /** What a projection or a block has above the mean, in bits. */
    private record Excess(String name, double bits) {
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%s (%+.2f)", name, bits).replace('-', '\u2212');
        }
    }

    /**
     * One sentence over all points.
     *
     * @param subject of the sentence, such as {@code Point P-3}; its verbs are in the singular
     */
    static String of(String subject, List<FrontPoint> points, LevelBits bits) {
        List<Excess> projections = groups(points, bits, 2, "");
        List<Excess> blocks = groups(points, bits, 1, "block ");
        List<Excess> kept =
                Stream.concat(named(projections, 1), named(blocks, 1)).toList();
        List<Excess> given =
                Stream.concat(named(projections, -1), named(blocks, -1)).toList();
        if (kept.isEmpty() && given.isEmpty()) {
            return subject + " treats all projections and blocks nearly alike.";
        }
        String protects = kept.isEmpty() ? "" : "protects " + join(kept);
        String gives = given.isEmpty() ? "" : "compresses most " + join(given);
        return subject + " " + protects + (kept.isEmpty() || given.isEmpty() ? "" : ", and ") + gives
                + "; in brackets, bits above its average layer.";
    }

    /** The furthest from the mean on one side, the furthest first. */
    private static Stream<Excess> named(List<Excess> groups, int sign) {
        return groups.stream()
                .filter(one -> sign * one.bits() >= NOTABLE)
                .sorted(Comparator.comparingDouble(one -> -sign * one.bits()))
                .limit(MOST_NAMED);
    }

    /** @param part of {@link HeatMap#PLACE} that names the group of a layer */
    private static List<Excess> groups(List<FrontPoint> points, LevelBits bits, int part, String prefix) {
        Map<String, List<Double>> excesses = new TreeMap<>();
        for (FrontPoint point : points) {
            double mean = point.assignment().entrySet().stream()
                    .mapToDouble(one -> bits.of(one.getKey(), one.getValue()))
                    .average()
                    .orElse(0);
            point.assignment().forEach((layer, level) -> {
                Matcher place = HeatMap.PLACE.matcher(layer);
                if (place.matches()) {
                    excesses.computeIfAbsent(place.group(part), unused -> new ArrayList<>())
                            .add(bits.of(layer, level) - mean);
                }
            });
        }
        return excesses.entrySet().stream()
                .map(group -> new Excess(
                        prefix + group.getKey(),
                        group.getValue().stream()
                                .mapToDouble(excess -> excess)
                                .average()
                                .orElseThrow()))
                .toList();
    }

    private static String join(List<Excess> groups) {
        return groups.stream().map(Excess::toString).collect(Collectors.joining(", "));
    }
}
