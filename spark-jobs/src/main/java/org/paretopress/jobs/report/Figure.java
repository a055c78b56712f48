package org.paretopress.jobs.report;

import java.util.Locale;

/**
 * A number in a table.
 *
 * @param exact the number as given, reading back bit-identical
 * @param hover what the pointer shows
 * @param text what the page shows
 */
record Figure(String exact, String hover, String text) {

    static Figure size(long bytes) {
        return new Figure(Long.toString(bytes), Display.bytes(bytes), Display.megabytes(bytes));
    }

    /** In bytes times nats; shown in megabytes times nats. */
    static Figure hypervolume(double value) {
        return new Figure(Double.toString(value), value + " bytes × nats", Display.loss(value / 1e6));
    }

    /** A number that there is not. */
    static Figure none() {
        return new Figure("", "", "–");
    }

    static Figure bits(double value) {
        return new Figure(Double.toString(value), Double.toString(value), Display.bits(value));
    }

    static Figure loss(double value) {
        return new Figure(Double.toString(value), Double.toString(value), Display.loss(value));
    }

    /** A difference of losses. */
    static Figure signed(double value) {
        return new Figure(
                Double.toString(value),
                Double.toString(value),
                (value > 0 ? "+" : value < 0 ? "−" : "") + Display.significant(Math.abs(value), 3));
    }

    /** @param share of one */
    static Figure percent(double share) {
        return new Figure(
                Double.toString(share), Double.toString(share), String.format(Locale.ROOT, "%.1f %%", 100 * share));
    }

    static Figure count(long value) {
        return new Figure(Long.toString(value), Display.count(value), Display.count(value));
    }

    static Figure seconds(double value) {
        return new Figure(Double.toString(value), value + " s", Display.seconds(value));
    }
}
