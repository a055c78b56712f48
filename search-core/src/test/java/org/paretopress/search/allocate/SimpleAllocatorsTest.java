package org.paretopress.search.allocate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.paretopress.search.Spaces;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.Budget;
import org.paretopress.search.space.Layer;
import org.paretopress.search.space.Level;
import org.paretopress.search.space.SearchSpace;
import org.paretopress.search.space.UnreachableBudgetException;

class SimpleAllocatorsTest {

    private static Budget randomBudget(SearchSpace space, SplittableRandom random) {
        return new Budget(space.smallestSizeInBytes()
                + random.nextLong(space.largestSizeInBytes() - space.smallestSizeInBytes() + 10));
    }

    /** With equal steps and falling returns greedy is optimal (an exchange argument), so both must agree. */
    @Test
    void greedyEqualsTheDynamicProgrammeWhereReturnsFall() {
        SplittableRandom random = new SplittableRandom(1);
        for (int instance = 0; instance < 300; instance++) {
            SearchSpace space = Spaces.alike(random.nextInt(1, 10), 5);
            double[][] errors = space.layers().stream()
                    .map(layer -> {
                        double[] falling = {0, 0, 0, 0, 0};
                        for (int level = 3, gain = 0; level >= 0; level--) {
                            gain += random.nextInt(1, 50);
                            falling[level] = falling[level + 1] + gain;
                        }
                        return falling;
                    })
                    .toArray(double[][]::new);
            Budget budget = randomBudget(space, random);
            ErrorTable table = new ErrorTable(space, errors);
            assertThat(table.sum(new GreedyAllocator(space, errors).allocate(budget)))
                    .isEqualTo(table.sum(new LayerwiseAllocator(space, errors).minimizeError(budget)));
        }
    }

    @Test
    void greedyTakesTheBestReductionPerByteThatFits() {
        SearchSpace space = new SearchSpace(
                List.of(
                        new Layer("cheap", 8, List.of(new Level("s", 1, 0), new Level("l", 2, 2))),
                        new Layer("dear", 8, List.of(new Level("s", 1, 0), new Level("l", 2, 10)))),
                0);
        double[][] errors = {{3, 0}, {20, 0}};
        GreedyAllocator greedy = new GreedyAllocator(space, errors);
        assertThat(greedy.allocate(new Budget(10))).isEqualTo(Assignment.of(0, 1));
        assertThat(greedy.allocate(new Budget(9))).isEqualTo(Assignment.of(1, 0));
        assertThat(greedy.allocate(new Budget(12))).isEqualTo(Assignment.of(1, 1));
    }

    @Test
    void greedySkipsALevelThatDoesNotHelpAndNeverPaysForNothing() {
        SearchSpace space = Spaces.alike(1, 4);
        GreedyAllocator greedy = new GreedyAllocator(space, new double[][] {{5, 6, 1, 1}});
        assertThat(greedy.allocate(new Budget(100))).isEqualTo(Assignment.of(2));
        assertThat(greedy.allocate(new Budget(12))).isEqualTo(Assignment.of(0));
    }

    @Test
    void noAllocatorOvershootsAndNoneLeavesRoomForARandomRaise() {
        SplittableRandom random = new SplittableRandom(2);
        for (int instance = 0; instance < 500; instance++) {
            SearchSpace space = Spaces.randomUneven(random, 8, 40);
            Budget budget = randomBudget(space, random);
            double[][] errors = Spaces.randomErrors(space, random, 100);
            assertThat(space.sizeInBytes(new GreedyAllocator(space, errors).allocate(budget)))
                    .isLessThanOrEqualTo(budget.sizeInBytes());
            new UniformAllocator(space).find(budget).ifPresent(found -> assertThat(space.sizeInBytes(found))
                    .isLessThanOrEqualTo(budget.sizeInBytes()));
            Assignment filled = new RandomAllocator(space, 7).allocate(budget, instance);
            assertThat(space.sizeInBytes(filled)).isLessThanOrEqualTo(budget.sizeInBytes());
            for (int layer = 0; layer < filled.size(); layer++) {
                if (filled.level(layer) + 1 < space.layers().get(layer).levels().size()) {
                    assertThat(space.sizeInBytes(filled.with(layer, filled.level(layer) + 1)))
                            .isGreaterThan(budget.sizeInBytes());
                }
            }
        }
    }

    @Test
    void randomDrawsDependOnSeedAndIndexAlone() {
        SearchSpace space = Spaces.alike(20, 4);
        Budget budget = Budget.ofAverageBits(space, 2.5);
        RandomAllocator allocator = new RandomAllocator(space, 1);
        Assignment tenth = allocator.allocate(budget, 10);
        Set<Assignment> draws = new HashSet<>();
        for (int index = 0; index < 100; index++) {
            draws.add(allocator.allocate(budget, index));
        }
        assertThat(draws).hasSize(100);
        assertThat(new RandomAllocator(space, 1).allocate(budget, 10)).isEqualTo(tenth);
        assertThat(new RandomAllocator(space, 2).allocate(budget, 10)).isNotEqualTo(tenth);
    }

    /** 40 layers, 20 raises: each layer's first raise is as likely as any other's (chi-square, 39 degrees, 0.1 %). */
    @Test
    void randomRaisesFavourNoLayer() {
        SearchSpace space = Spaces.alike(40, 2);
        Budget budget = new Budget(space.smallestSizeInBytes() + 20);
        RandomAllocator allocator = new RandomAllocator(space, 3);
        int[] raised = new int[40];
        for (int index = 0; index < 2000; index++) {
            Assignment draw = allocator.allocate(budget, index);
            IntStream.range(0, 40).forEach(layer -> raised[layer] += draw.level(layer));
        }
        // Sampling without replacement halves the variance of each count: 2000 · ½ · ½.
        double statistic = IntStream.of(raised)
                        .mapToDouble(count -> (count - 1000.0) * (count - 1000.0) / 500)
                        .sum()
                * 39
                / 40;
        assertThat(statistic).isBetween(14.0, 72.1);
    }

    @Test
    void uniformIsTheLargestLevelThatAllLayersHave() {
        Layer three = new Layer("a", 8, List.of(new Level("2", 2, 2), new Level("3", 3, 3), new Level("4", 4, 4)));
        Layer two = new Layer("b", 8, List.of(new Level("2", 2, 2), new Level("4", 4, 4)));
        SearchSpace space = new SearchSpace(List.of(three, two), 0);
        UniformAllocator uniform = new UniformAllocator(space);
        assertThat(uniform.allocate(new Budget(8))).isEqualTo(Assignment.of(2, 1));
        assertThat(uniform.allocate(new Budget(7))).isEqualTo(Assignment.of(0, 0));
    }

    @Test
    void withoutAUniformLevelTheErrorSaysWhatElseToUse() {
        Layer a = new Layer("a", 8, List.of(new Level("2", 2, 2), new Level("4", 4, 4)));
        Layer b = new Layer("b", 8, List.of(new Level("3", 3, 3), new Level("4", 4, 4)));
        Layer c = new Layer("c", 8, List.of(new Level("Q8_0", 8.5, 9)));
        assertThatThrownBy(() -> new UniformAllocator(new SearchSpace(List.of(a, b), 0)).allocate(new Budget(7)))
                .isInstanceOf(UnreachableBudgetException.class)
                .hasMessageContaining("7 bytes")
                .hasMessageContaining("has 8 bytes.\nMaybe ");
        assertThatThrownBy(() -> new UniformAllocator(new SearchSpace(List.of(a, c), 0)).allocate(new Budget(50)))
                .hasMessageContaining("no level name in common")
                .hasMessageContaining("\nMaybe ");
    }
}
