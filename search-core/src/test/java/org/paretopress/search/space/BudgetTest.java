package org.paretopress.search.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.paretopress.search.Spaces;

class BudgetTest {

    /** Scales make the sizes uneven: 2, 3, 4 and 6 bits. */
    private static Layer scaled(String name, long parameters) {
        return new Layer(
                name,
                parameters,
                List.of(2, 3, 4, 6).stream()
                        .map(bits -> new Level(
                                "" + bits, bits, parameters * bits / 8 + parameters / 64 * (bits > 3 ? 3 : 2)))
                        .toList());
    }

    private final SearchSpace space =
            new SearchSpace(List.of(scaled("a", 640), scaled("b", 1920), scaled("c", 640)), 1000);

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 6})
    void anIntegerAverageIsExactlyTheUniformSize(int bits) {
        int level = List.of(2, 3, 4, 6).indexOf(bits);
        assertThat(Budget.ofAverageBits(space, bits).sizeInBytes())
                .isEqualTo(space.sizeInBytes(Assignment.uniform(3, level)));
    }

    @Test
    void betweenLevelsTheSizeIsInterpolatedAndRoundedDown() {
        long atFour = space.sizeInBytes(Assignment.uniform(3, 2));
        long atSix = space.sizeInBytes(Assignment.uniform(3, 3));
        assertThat(Budget.ofAverageBits(space, 5).sizeInBytes()).isEqualTo((atFour + atSix) / 2);
        assertThat(Budget.ofAverageBits(space, 4.001).sizeInBytes())
                .isEqualTo((long) Math.floor(atFour + 0.0005 * (atSix - atFour)));
    }

    @Test
    void aLayerThatCannotFollowIsMadeUpForByTheOthers() {
        Layer pinned = new Layer("head", 800, List.of(new Level("8", 8, 800)));
        SearchSpace mixed = new SearchSpace(List.of(Spaces.even("a", 800, 4), pinned), 0);
        assertThat(Budget.ofAverageBits(mixed, 5).sizeInBytes())
                .isEqualTo(mixed.sizeInBytes(Assignment.of(1, 0)))
                .isEqualTo(200 + 800);
    }

    @Test
    void aRatioIsAShareOfTheDenseSize() {
        assertThat(Budget.ofRatio(space, 0.25, 8001).sizeInBytes()).isEqualTo(2000);
    }

    @Test
    void theEndsOfTheIntervalAreReachable() {
        assertThat(Budget.ofBytes(space, space.smallestSizeInBytes()).sizeInBytes())
                .isEqualTo(1900);
        assertThat(Budget.ofBytes(space, space.largestSizeInBytes()).sizeInBytes())
                .isEqualTo(3550);
        assertThatThrownBy(() -> Budget.ofBytes(space, 1899)).isInstanceOf(UnreachableBudgetException.class);
        assertThatThrownBy(() -> Budget.ofBytes(space, 3551)).isInstanceOf(UnreachableBudgetException.class);
    }

    @Test
    void anEndThatIsNoExactDoubleIsReachable() {
        Layer odd = new Layer("odd", 7, List.of(new Level("x", 2.1, 2)));
        Layer other = new Layer("other", 3, List.of(new Level("x", 2.1, 1)));
        assertThat(Budget.ofAverageBits(new SearchSpace(List.of(odd, other), 0), 2.1)
                        .sizeInBytes())
                .isEqualTo(3);
    }

    @Test
    void anUnreachableBudgetNamesTheInterval() {
        assertThatThrownBy(() -> Budget.ofAverageBits(space, 7))
                .isInstanceOf(UnreachableBudgetException.class)
                .hasMessageContaining("7.0 average bits")
                .hasMessageContaining("1900 to 3550 bytes")
                .hasMessageContaining("2.0 to 6.0 average bits")
                .hasMessageContaining("\nMaybe ");
        assertThatThrownBy(() -> Budget.ofBytes(space, 5)).hasMessageContaining("budget of 5 bytes");
        assertThatThrownBy(() -> Budget.ofRatio(space, 0.01, 10_000))
                .hasMessageContaining("ratio 0.01 of 10000 bytes (100 bytes)");
        for (double ratio : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> Budget.ofRatio(space, ratio, 10_000))
                    .isInstanceOf(UnreachableBudgetException.class)
                    .hasMessageContaining("ratio " + ratio);
        }
        assertThatThrownBy(() -> Budget.ofAverageBits(space, Double.NaN))
                .isInstanceOf(UnreachableBudgetException.class);
    }
}
