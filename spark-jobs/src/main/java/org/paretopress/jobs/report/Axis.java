package org.paretopress.jobs.report;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/**
 * One axis with round ticks.
 *
 * @param logarithmic whether equal distances are equal ratios
 * @param ticks labelled values between the ends, ascending
 */
record Axis(double min, double max, boolean logarithmic, List<Double> ticks) {

    private static final double LOGARITHMIC_FROM_RATIO = 10;
    private static final int INTERVALS = 6;

    /** A linear axis around finite {@code values}. */
    static Axis linear(double... values) {
        double low = DoubleStream.of(values).min().orElse(0);
        double high = DoubleStream.of(values).max().orElse(1);
        double margin = low == high ? Math.max(Math.abs(low) * 0.1, 1e-9) : (high - low) * 0.04;
        double step = roundStep((high - low + 2 * margin) / INTERVALS);
        double from = low >= 0 ? Math.max(0, low - margin) : low - margin;
        double to = high + margin;
        List<Double> ticks = new ArrayList<>();
        for (long i = (long) Math.ceil(from / step); i * step <= to; i++) {
            ticks.add(i * step);
        }
        return new Axis(from, to, false, ticks);
    }

    /** A logarithmic axis where {@code values} are positive and span a decade, else a linear one. */
    static Axis loss(double... values) {
        double low = DoubleStream.of(values).min().orElse(0);
        double high = DoubleStream.of(values).max().orElse(1);
        if (low <= 0 || high / low < LOGARITHMIC_FROM_RATIO) {
            return linear(values);
        }
        double from = low / 1.25;
        double to = high * 1.25;
        int decades = (int) Math.ceil(Math.log10(to / from));
        int[] mantissas = decades > 3 ? new int[] {1} : new int[] {1, 2, 5};
        List<Double> ticks = new ArrayList<>();
        for (int exponent = (int) Math.floor(Math.log10(from)); exponent <= Math.log10(to); exponent++) {
            for (int mantissa : mantissas) {
                double tick = Double.parseDouble(mantissa + "e" + exponent);
                if (tick >= from && tick <= to) {
                    ticks.add(tick);
                }
            }
        }
        return new Axis(from, to, true, ticks);
    }

    /** Where {@code value} lies: 0 at the axis' start, 1 at its end. */
    double position(double value) {
        return logarithmic ? Math.log(value / min) / Math.log(max / min) : (value - min) / (max - min);
    }

    /** The shortest text for a tick. */
    static String label(double tick) {
        if (tick == 0) {
            return "0";
        }
        double magnitude = Math.abs(tick);
        if (magnitude < 1e-4 || magnitude >= 1e7) {
            return Display.significant(tick, 2);
        }
        BigDecimal rounded = new BigDecimal(String.format(Locale.ROOT, "%.6g", tick));
        return rounded.stripTrailingZeros().toPlainString();
    }

    private static double roundStep(double rough) {
        double decade = Math.pow(10, Math.floor(Math.log10(rough)));
        double mantissa = rough / decade;
        return decade * (mantissa <= 1 ? 1 : mantissa <= 2 ? 2 : mantissa <= 5 ? 5 : 10);
    }
}
