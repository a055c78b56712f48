package org.paretopress.jobs.report;

import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.paretopress.jobs.run.FrontPoint;

/** How a strategy looks in charts: colours of Okabe and Ito, and a shape of its own, so that colour is never needed. */
enum StrategyStyle {
    SEARCH("#0072B2", "#56B4E9", 1, "M-1 0A1 1 0 1 1 1 0A1 1 0 1 1 -1 0Z"),
    ALLOCATION("#D55E00", "#E8762C", 1.25, "M0 -1.25L1.25 0L0 1.25L-1.25 0Z"),
    GREEDY("#009E73", "#1FBF93", 1.2, "M0 -1.25L1.2 0.9L-1.2 0.9Z"),
    UNIFORM("#E69F00", "#E69F00", 0.95, "M-0.95 -0.95H0.95V0.95H-0.95Z"),
    RANDOM("#CC79A7", "#CC79A7", 1.2, "M0 1.25L1.2 -0.9L-1.2 -0.9Z"),
    REFERENCE(
            "#1B1F23",
            "#E4E8EB",
            1.2,
            "M0 -1.3L0.32 -0.42L1.25 -0.4L0.5 0.16L0.78 1.05L0 0.52L-0.78 1.05L-0.5 0.16L-1.25 -0.4L-0.32 -0.42Z"),
    OTHER("#767676", "#9A9A9A", 1.2, "M-0.4 -1.2H0.4V-0.4H1.2V0.4H0.4V1.2H-0.4V0.4H-1.2V-0.4H-0.4Z");

    private final String colour;
    private final String colourOnDark;
    private final double width;
    private final String path;

    StrategyStyle(String colour, String colourOnDark, double width, String path) {
        this.colour = colour;
        this.colourOnDark = colourOnDark;
        this.width = width;
        this.path = path;
    }

    /** The style of {@code strategy} in a run of {@code searched}; a run of a baseline keeps the baseline's style. */
    static StrategyStyle of(String strategy, String searched) {
        return switch (strategy) {
            case "allocation" -> ALLOCATION;
            case "greedy" -> GREEDY;
            case "uniform" -> UNIFORM;
            case "random" -> RANDOM;
            case "reference" -> REFERENCE;
            default -> strategy.equals(searched) ? SEARCH : OTHER;
        };
    }

    /** What people call a strategy. */
    static String label(String strategy) {
        return switch (strategy) {
            case "allocation" -> "layerwise allocation";
            case "random" -> "best of random";
            default -> strategy;
        };
    }

    /** The styles that {@code points} use, in a fixed order, and what each stands for. */
    static Map<StrategyStyle, String> legend(ReportData data, List<FrontPoint> points) {
        Map<StrategyStyle, String> entries = new EnumMap<>(StrategyStyle.class);
        points.forEach(point -> {
            StrategyStyle style = of(point.strategy(), data.strategy());
            entries.computeIfAbsent(style, absent -> absent.entry(point.strategy()));
        });
        return entries;
    }

    private String entry(String strategy) {
        return switch (this) {
            case SEARCH -> "search (" + strategy + ")";
            case OTHER -> "other strategies";
            default -> label(strategy);
        };
    }

    String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    String colour() {
        return colour;
    }

    String colourOnDark() {
        return colourOnDark;
    }

    /** Width of the marker, relative to a circle's. */
    double width() {
        return width;
    }

    /** The marker as SVG path data around (0, 0), in units of a circle's radius, y pointing down. */
    String path() {
        return path;
    }
}
