package org.paretopress.jobs.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/** How numbers read in the report; the same in every locale. */
final class Display {

    private static final double SCIENTIFIC_BELOW = 1e-4;
    private static final double SCIENTIFIC_FROM = 1e7;
    private static final int LONGEST_NAME = 32;

    private Display() {}

    /** A size in units of 10^6 bytes with three significant digits: {@code 5.10 MB}. */
    static String megabytes(long bytes) {
        return fixed(bytes / 1e6, 3) + " MB";
    }

    /** A size to the byte: {@code 5,101,234 bytes}. */
    static String bytes(long bytes) {
        return count(bytes) + (bytes == 1 ? " byte" : " bytes");
    }

    /** A KL divergence, a loss or a perplexity with four significant digits. */
    static String loss(double value) {
        return significant(value, 4);
    }

    /** A mean bit-width: {@code 3.02}. */
    static String bits(double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%.2f", value) : significant(value, 3);
    }

    /** A whole number with thousands separated: {@code 1,048,576}. */
    static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /** A duration for people: {@code 12.3 s}, {@code 4 min 05 s}, {@code 2 h 07 min}. */
    static String seconds(double seconds) {
        if (!Double.isFinite(seconds) || seconds < 99.95) {
            return significant(seconds, 3) + " s";
        }
        long whole = Math.round(seconds);
        return whole < 3600
                ? String.format(Locale.ROOT, "%d min %02d s", whole / 60, whole % 60)
                : String.format(Locale.ROOT, "%d h %02d min", whole / 3600, whole % 3600 / 60);
    }

    /** By how much {@code lower} lies under {@code higher}: {@code 21%}, or {@code 0.3%} below one percent. */
    static String percentLess(double lower, double higher) {
        double percent = 100 * (higher - lower) / higher;
        if (percent >= 1) {
            return Math.min(99, Math.round(percent)) + "%";
        }
        return percent < 0.1 ? "less than 0.1%" : String.format(Locale.ROOT, "%.1f%%", percent);
    }

    /** {@code value} to so many significant digits, trailing zeros kept; scientific where very small or large. */
    static String significant(double value, int digits) {
        if (Double.isNaN(value)) {
            return "not a number";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "∞" : "−∞";
        }
        double magnitude = Math.abs(value);
        if (value == 0 || magnitude >= SCIENTIFIC_BELOW && magnitude < SCIENTIFIC_FROM) {
            return fixed(value, digits);
        }
        return String.format(Locale.ROOT, "%." + (digits - 1) + "e", value).replaceFirst("e\\+?(-?)0*(?=\\d)", "e$1");
    }

    /** A name on one line of at most 32 characters; what is no character for a picture or for XML becomes a space. */
    static String shortened(String name) {
        String line = name.replaceAll("[\\p{Cc}\\p{Cs}\\p{Zl}\\p{Zp}\\p{Cn}]+", " ");
        return line.codePointCount(0, line.length()) <= LONGEST_NAME
                ? line
                : line.substring(0, line.offsetByCodePoints(0, LONGEST_NAME - 1)) + "…";
    }

    private static String fixed(double value, int digits) {
        if (value == 0) {
            return "0";
        }
        BigDecimal rounded = new BigDecimal(value).round(new MathContext(digits, RoundingMode.HALF_EVEN));
        int decimals = digits - (rounded.precision() - rounded.scale());
        return rounded.setScale(Math.max(0, decimals), RoundingMode.HALF_EVEN).toPlainString();
    }
}
