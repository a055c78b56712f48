package org.paretopress.jobs.report;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The levels of a run from the most to the least compressed, for shading and for the key of the heat map.
 * The order is that of the bits that they take; it is for the eye only.
 */
record LevelScale(List<String> names) {

    private static final double UNCOMPRESSED_BITS = 16;
    private static final Pattern BITS = Pattern.compile("(?:I?Q)?(\\d+(?:\\.\\d+)?)(?:_\\w+)?");
    private static final Pattern SPARSE_OF = Pattern.compile("sparse:(\\d+):(\\d+)");
    private static final Pattern SPARSE = Pattern.compile("sparse:(\\d*\\.?\\d+)");
    /** Where black ink has as much contrast as white, on light and on dark pages: 4.5 to 1. */
    private static final double DEEP = 0.71;

    private static final double BRIGHT = 0.475;

    /** A product on top of a level takes nothing from it. */
    private static final Pattern MENDED = Pattern.compile("(?<=.)\\+rank:\\d+$");

    private static final Pattern RANK = Pattern.compile("rank:(\\d+)");

    /**
     * How strongly a level is shaded.
     *
     * @param shade from 0 (most compressed) to 1 (least)
     * @param tone class names for the ink: {@code deep} where a light page needs light ink, {@code bright} where a
     *     dark page needs dark ink
     */
    record Shade(String shade, String tone) {}

    static LevelScale of(Collection<String> levels, LevelBits bits) {
        return new LevelScale(levels.stream()
                .distinct()
                .sorted(Comparator.<String>comparingDouble(bits::of).thenComparing(Comparator.naturalOrder()))
                .toList());
    }

    Shade shade(String level) {
        double shade = names.size() < 2 ? 0.3 : Math.max(0, names.indexOf(level)) / (names.size() - 1.0);
        String tone = (shade > DEEP ? "deep " : "") + (shade > BRIGHT ? "bright" : "");
        return new Shade(String.format(Locale.ROOT, "%.3f", shade), tone.strip());
    }

    /** Nominal bits of a weight: those of a code, or {@value #UNCOMPRESSED_BITS}, times the share of weights that is kept. */
    static double nominalBits(String level) {
        double bits = UNCOMPRESSED_BITS;
        double share = 1;
        for (String part : MENDED.matcher(level).replaceFirst("").split("\\+")) {
            Matcher nominal = BITS.matcher(part);
            if (nominal.matches()) {
                bits = Double.parseDouble(nominal.group(1));
            } else {
                share *= keptShare(part);
            }
        }
        return bits * share;
    }

    private static double keptShare(String part) {
        Matcher pattern = SPARSE_OF.matcher(part);
        if (pattern.matches()) {
            return Double.parseDouble(pattern.group(1)) / Math.max(1, Double.parseDouble(pattern.group(2)));
        }
        Matcher sparse = SPARSE.matcher(part);
        if (sparse.matches()) {
            return 1 - Double.parseDouble(sparse.group(1));
        }
        Matcher rank = RANK.matcher(part);
        if (rank.matches()) {
            double kept = Double.parseDouble(rank.group(1));
            return kept / (kept + 1024);
        }
        return part.equals("drop") ? 0 : 1;
    }
}
