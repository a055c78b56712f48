package org.paretopress.search.fitness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PairedComparisonTest {

    private static Score score(double... losses) {
        return new Score(losses, 0);
    }

    /** Differences -1, -2, -3, -6: mean -3, variance 14/3, standard error √(14/3/4) = 1.0801; Student's t of 3 is 3.1824. */
    @Test
    void figuresAreThoseOfAPairedTest() {
        PairedComparison comparison = PairedComparison.of(score(1, 2, 3, 4), score(2, 4, 6, 10));
        assertThat(comparison.meanDifference()).isEqualTo(-3);
        assertThat(comparison.standardError()).isCloseTo(1.0801234497, within(1e-9));
        assertThat(comparison.low()).isCloseTo(-3 - 3.1824 * 1.0801, within(1e-3));
        assertThat(comparison.high()).isCloseTo(-3 + 3.1824 * 1.0801, within(1e-3));
        // with x = 3/1.0801/√3, Student's interval of 3 degrees has the confidence 2/π (x/(1 + x²) + arctan x) =
        // 0.93098
        assertThat(comparison.firstIsBetter(0.9308)).isTrue();
        assertThat(comparison.firstIsBetter(0.9309)).isFalse();
    }

    @Test
    void equalOnesAreNotBetterAndOneSequenceProvesNothing() {
        PairedComparison equal = PairedComparison.of(score(1, 2), score(1, 2));
        assertThat(equal.firstIsAhead()).isFalse();
        assertThat(equal.firstIsBetter(0)).isFalse();
        PairedComparison one = PairedComparison.of(score(1), score(9));
        assertThat(one.firstIsAhead()).isTrue();
        assertThat(one.firstIsBetter(0.5)).isFalse();
        assertThat(one.high()).isInfinite();
        assertThat(PairedComparison.of(score(1, 1, 1), score(2, 2, 2)).firstIsBetter(0.999999))
                .isTrue();
    }

    /** What every sequence adds to both, however much, does not blur a difference. */
    @Test
    void hardSequencesCancelOut() {
        SplittableRandom random = new SplittableRandom(1);
        double[] first = new double[64];
        double[] second = new double[64];
        for (int sequence = 0; sequence < first.length; sequence++) {
            double hardness = 100 * random.nextDouble();
            first[sequence] = hardness + 0.01 * random.nextDouble();
            second[sequence] = hardness + 0.01 * random.nextDouble() + 0.01;
        }
        assertThat(PairedComparison.of(score(first), score(second)).firstIsBetter(0.99999))
                .isTrue();
    }

    @Test
    void scoresOfDifferentTextsAreRefused() {
        assertThatThrownBy(() -> PairedComparison.of(score(1, 2), score(1)))
                .hasMessageContaining("2 sequences")
                .hasMessageContaining("\nMaybe ");
    }
}
