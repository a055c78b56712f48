package org.paretopress.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DisplayTest {

    @ParameterizedTest
    @CsvSource({"5101234, 5.10 MB", "12345678, 12.3 MB", "1234567890, 1230 MB", "999999, 1.00 MB", "1, 0.00000100 MB"})
    void sizesHaveThreeSignificantDigits(long bytes, String text) {
        assertThat(Display.megabytes(bytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "0.0041, 0.004100",
        "0.00999996, 0.01000",
        "12.41716, 12.42",
        "123456.7, 123500",
        "0.0000321, 3.210e-5",
        "12345678, 1.235e7",
        "0, 0",
        "-0.5, -0.5000",
        "NaN, not a number",
        "Infinity, ∞"
    })
    void lossesHaveFour(double value, String text) {
        assertThat(Display.loss(value)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"9.87, 9.87 s", "75, 75.0 s", "125.4, 2 min 05 s", "7620, 2 h 07 min"})
    void durationsReadLikeClocks(double seconds, String text) {
        assertThat(Display.seconds(seconds)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"79, 100, 21%", "99.7, 100, 0.3%", "99.99, 100, less than 0.1%", "0, 100, 99%"})
    void percentagesNeitherVanishNorReachAll(double lower, double higher, String text) {
        assertThat(Display.percentLess(lower, higher)).isEqualTo(text);
    }

    @Test
    void theLocaleChangesNothing() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
            assertThat(Display.count(1_048_576)).isEqualTo("1,048,576");
            assertThat(Display.bits(3.0217)).isEqualTo("3.02");
            assertThat(Display.loss(1e-6)).isEqualTo("1.000e-6");
        } finally {
            Locale.setDefault(before);
        }
    }
}
