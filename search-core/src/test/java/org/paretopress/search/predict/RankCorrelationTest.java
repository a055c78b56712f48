package org.paretopress.search.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class RankCorrelationTest {

    private static final double TOLERANCE = 1e-15;

    private static double[] numbers(double... numbers) {
        return numbers;
    }

    /** Without ties 1 − 6·Σd²/(n·(n² − 1)): the ranks 1 2 3 4 5 against 2 1 4 3 5 differ by 1 four times. */
    @Test
    void withoutTiesTheRanksDifferencesDecide() {
        assertThat(RankCorrelation.spearman(numbers(1, 2, 3, 4, 5), numbers(20, 10, 40, 30, 50)))
                .isCloseTo(1 - 6 * 4 / 120.0, within(TOLERANCE));
        assertThat(RankCorrelation.spearman(numbers(0.5, -7, 3), numbers(10, 1, 1e9)))
                .isCloseTo(1, within(TOLERANCE));
        assertThat(RankCorrelation.spearman(numbers(1, 2, 3), numbers(3, 2, 1))).isCloseTo(-1, within(TOLERANCE));
    }

    /**
     * By hand: 1 2 2 3 has ranks 0, 1.5, 1.5, 3, off their mean by −1.5, 0, 0, 1.5; 1 2 3 4 by −1.5, −0.5, 0.5, 1.5.
     * The products add up to 4.5, the squares to 4.5 and 5.
     */
    @Test
    void equalNumbersShareTheMeanOfTheirRanks() {
        assertThat(RankCorrelation.ranks(numbers(5, 1, 5, 5, 0))).containsExactly(3, 1, 3, 3, 0);
        assertThat(RankCorrelation.ranks(numbers(0.0, -0.0, 0.0, -1))).containsExactly(2, 2, 2, 0);
        assertThat(RankCorrelation.spearman(numbers(1, 2, 2, 3), numbers(1, 2, 3, 4)))
                .isCloseTo(4.5 / Math.sqrt(4.5 * 5), within(TOLERANCE));
    }

    @Test
    void onlyTheOrderMatters() {
        double[] left = {0.3, 0.1, 0.7, 0.2, 0.9, 0.2};
        double[] right = {5, 2, 6, 7, 1, 2};
        double expected = RankCorrelation.spearman(left, right);
        double[] stretched = {3e9, -4, 1e300, 2, Double.POSITIVE_INFINITY, 2};
        assertThat(RankCorrelation.spearman(stretched, right)).isEqualTo(expected);
        assertThat(RankCorrelation.spearman(right, left)).isEqualTo(expected);
    }

    @Test
    void whatOrdersNothingHasNoCorrelation() {
        assertThat(RankCorrelation.spearman(numbers(1, 1), numbers(1, 2))).isNaN();
        assertThat(RankCorrelation.spearman(numbers(1), numbers(2))).isNaN();
        assertThat(RankCorrelation.spearman(numbers(), numbers())).isNaN();
    }

    @Test
    void unlikeLengthsAndMissingNumbersAreRefused() {
        assertThatThrownBy(() -> RankCorrelation.spearman(numbers(1, 2), numbers(1)))
                .hasMessageContaining("Ranks of 2 numbers")
                .hasMessageContaining("of 1.\nMaybe ");
        assertThatThrownBy(() -> RankCorrelation.spearman(numbers(1, 2), numbers(1, Double.NaN)))
                .hasMessageContaining("Number 1 of 2 is NaN")
                .hasMessageContaining("\nMaybe ");
    }
}
