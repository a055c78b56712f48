package org.paretopress.search.front;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class KneeTest {

    private static List<ParetoPoint<Integer>> sampled(DoubleUnaryOperator logLoss) {
        return IntStream.rangeClosed(0, 1000)
                .mapToObj(x -> new ParetoPoint<>(5000 + x, Math.exp(logLoss.applyAsDouble(x / 1000.0)), x))
                .toList();
    }

    /** On y = (1 − x)², scaled to the unit square, 1 − x − y is largest at x = 1/2; on (1 − √x)² at x = 1/4. */
    @Test
    void knownCurves() {
        assertThat(Knee.of(sampled(x -> (1 - x) * (1 - x) * 3 - 7)).payload()).isEqualTo(500);
        assertThat(Knee.of(sampled(x -> (1 - Math.sqrt(x)) * (1 - Math.sqrt(x))))
                        .payload())
                .isEqualTo(250);
    }

    @Test
    void aBentElbowIsFound() {
        assertThat(Knee.of(sampled(x -> x < 0.2 ? -20 * x : -4 - 0.1 * (x - 0.2)))
                        .payload())
                .isEqualTo(200);
    }

    @Test
    void withoutABulgeThereIsNoneAndTheMostAccurateIsTaken() {
        ParetoPoint<String> small = new ParetoPoint<>(10, 1, "small");
        ParetoPoint<String> large = new ParetoPoint<>(20, 0.1, "large");
        assertThat(Knee.of(List.of(large))).isEqualTo(large);
        assertThat(Knee.of(List.of(large, small))).isEqualTo(large);
        assertThat(Knee.find(List.of(large, small))).isEmpty();
        assertThat(Knee.of(sampled(x -> -x * x)).payload()).isEqualTo(1000);
        assertThat(Knee.find(sampled(x -> -x))).isEmpty();
    }

    @Test
    void aLossOfZeroCountsAsATenthOfTheSmallestPositiveOne() {
        List<ParetoPoint<String>> withDense = List.of(
                new ParetoPoint<>(10, 1, "small"),
                new ParetoPoint<>(12, 0.01, "knee"),
                new ParetoPoint<>(20, 0, "dense"));
        assertThat(Knee.of(withDense).payload()).isEqualTo("knee");
        assertThat(Knee.of(List.of(new ParetoPoint<>(20, 0, "dense"))).payload())
                .isEqualTo("dense");
    }

    @Test
    void anEmptyFrontIsRefused() {
        assertThatThrownBy(() -> Knee.of(List.<ParetoPoint<String>>of())).hasMessageContaining("empty front");
    }
}
