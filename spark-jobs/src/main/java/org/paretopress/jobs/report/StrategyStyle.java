package org.paretopress.jobs.report;

import java.util.Locale;

/** How a strategy looks in charts: colours of Okabe and Ito, and a shape of its own, so that colour is never needed. */
enum StrategyStyle {
    SEARCH("#0072B2", "#56B4E9", Symbol.CIRCLE),
    ALLOCATION("#D55E00", "#E8762C", Symbol.DIAMOND),
    GREEDY("#009E73", "#1FBF93", Symbol.TRIANGLE),
    UNIFORM("#E69F00", "#E69F00", Symbol.SQUARE),
    RANDOM("#CC79A7", "#CC79A7", Symbol.TRIANGLE_DOWN),
    OTHER("#767676", "#9A9A9A", Symbol.CROSS);

    private final String colour;
    private final String colourOnDark;
    private final Symbol symbol;

    StrategyStyle(String colour, String colourOnDark, Symbol symbol) {
        this.colour = colour;
        this.colourOnDark = colourOnDark;
        this.symbol = symbol;
    }

    /** The style of {@code strategy} in a run of {@code searched}; a run of a baseline keeps the baseline's style. */
    static StrategyStyle of(String strategy, String searched) {
        return switch (strategy) {
            case "allocation" -> ALLOCATION;
            case "greedy" -> GREEDY;
            case "uniform" -> UNIFORM;
            case "random" -> RANDOM;
            default -> strategy.equals(searched) ? SEARCH : OTHER;
        };
    }

    /** What people call a strategy: files say {@code allocation}, the report says dynamic programme. */
    static String label(String strategy) {
        return switch (strategy) {
            case "allocation" -> "dynamic programme";
            case "random" -> "best of random";
            default -> strategy;
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

    Symbol symbol() {
        return symbol;
    }
}
