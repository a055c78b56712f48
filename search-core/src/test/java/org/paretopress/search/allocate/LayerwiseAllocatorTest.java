package org.paretopress.search.allocate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.paretopress.search.Spaces;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.Budget;
import org.paretopress.search.space.Layer;
import org.paretopress.search.space.Level;
import org.paretopress.search.space.SearchSpace;
import org.paretopress.search.space.UnreachableBudgetException;

class LayerwiseAllocatorTest {

    private static double error(double[][] errors, Assignment assignment) {
        return IntStream.range(0, errors.length)
                .mapToDouble(layer -> errors[layer][assignment.level(layer)])
                .sum();
    }

    private static Assignment bruteForce(
            SearchSpace space, Predicate<Assignment> allowed, Comparator<Assignment> order) {
        List<Assignment> best = new ArrayList<>();
        Spaces.forEach(space, assignment -> {
            if (allowed.test(assignment) && (best.isEmpty() || order.compare(assignment, best.get(0)) < 0)) {
                best.clear();
                best.add(assignment);
            }
        });
        return best.get(0);
    }

    private static long randomBudget(SearchSpace space, SplittableRandom random) {
        return space.smallestSizeInBytes()
                + random.nextLong(space.largestSizeInBytes() - space.smallestSizeInBytes() + 10);
    }

    /** Ties included: lower error, smaller size, lexicographic order. */
    @Test
    void leastErrorIsThatOfBruteForce() {
        SplittableRandom random = new SplittableRandom(1);
        for (int instance = 0; instance < 1000; instance++) {
            SearchSpace space = Spaces.randomOfEither(random, instance, 6, 40);
            double[][] errors = Spaces.randomErrors(space, random, instance % 2 == 0 ? 6 : 1000);
            Budget budget = new Budget(randomBudget(space, random));
            Comparator<Assignment> order = Comparator.<Assignment>comparingDouble(one -> error(errors, one))
                    .thenComparingLong(space::sizeInBytes)
                    .thenComparing(Comparator.naturalOrder());
            assertThat(new LayerwiseAllocator(space, errors).minimizeError(budget))
                    .isEqualTo(bruteForce(space, one -> space.sizeInBytes(one) <= budget.sizeInBytes(), order));
        }
    }

    @Test
    void leastSizeIsThatOfBruteForce() {
        SplittableRandom random = new SplittableRandom(2);
        for (int instance = 0; instance < 1000; instance++) {
            SearchSpace space = Spaces.randomOfEither(random, instance, 6, 40);
            double[][] errors = Spaces.randomErrors(space, random, instance % 2 == 0 ? 6 : 1000);
            double bound = error(errors, Spaces.randomAssignment(space, random));
            Comparator<Assignment> order = Comparator.<Assignment>comparingLong(space::sizeInBytes)
                    .thenComparingDouble(one -> error(errors, one))
                    .thenComparing(Comparator.naturalOrder());
            assertThat(new LayerwiseAllocator(space, errors).minimizeSize(bound))
                    .isEqualTo(bruteForce(space, one -> error(errors, one) <= bound, order));
        }
    }

    /** Errors whose sums round: the bound holds in layer order, even where it is met exactly. */
    @Test
    void aBoundOfRoundedSumsIsMetAndNotExceeded() {
        SplittableRandom random = new SplittableRandom(3);
        for (int instance = 0; instance < 500; instance++) {
            SearchSpace space = Spaces.randomUneven(random, 12, 40);
            double[][] errors = space.layers().stream()
                    .map(layer -> random.doubles(layer.levels().size()).toArray())
                    .toArray(double[][]::new);
            ErrorTable table = new ErrorTable(space, errors);
            Assignment known = Spaces.randomAssignment(space, random);
            Assignment found = new LayerwiseAllocator(space, errors).minimizeSize(table.sum(known));
            assertThat(table.sum(found)).isLessThanOrEqualTo(table.sum(known));
            assertThat(space.sizeInBytes(found)).isLessThanOrEqualTo(space.sizeInBytes(known));
            assertThat(table.sum(new LayerwiseAllocator(space, errors).minimizeSize(table.sum(table.least()))))
                    .isEqualTo(table.sum(table.least()));
        }
    }

    /** Sizes without a common divisor and too large for an exact table. */
    private static SearchSpace incommensurable(SplittableRandom random, int layers) {
        List<Layer> described = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            List<Level> levels = new ArrayList<>();
            long size = random.nextLong(1L << 30);
            for (int level = 0; level < 4; level++) {
                levels.add(new Level("level" + level, level, size));
                size += 1 + random.nextLong(1L << 30);
            }
            described.add(new Layer("layer" + layer, 1L << 30, levels));
        }
        return new SearchSpace(described, 0);
    }

    private static double[][] fallingErrors(SearchSpace space, SplittableRandom random) {
        return space.layers().stream()
                .map(layer -> random.doubles(4)
                        .map(error -> -error)
                        .sorted()
                        .map(error -> -error)
                        .toArray())
                .toArray(double[][]::new);
    }

    @Test
    void aCoarseGridNeverOvershootsAndStaysNearTheOptimum() {
        SplittableRandom random = new SplittableRandom(4);
        for (int instance = 0; instance < 60; instance++) {
            SearchSpace space = incommensurable(random, 5);
            double[][] errors = fallingErrors(space, random);
            int buckets = instance % 3 == 0 ? 1 : 2000;
            LayerwiseAllocator allocator = new LayerwiseAllocator(space, errors, buckets);
            Budget budget = new Budget(randomBudget(space, random));
            Assignment found = allocator.minimizeError(budget);
            assertThat(space.sizeInBytes(found)).isLessThanOrEqualTo(budget.sizeInBytes());
            double bound = error(errors, found);
            assertThat(error(errors, allocator.minimizeSize(bound))).isLessThanOrEqualTo(bound);
            if (buckets == 2000) {
                Budget tighter = new Budget(Math.max(
                        space.smallestSizeInBytes(),
                        budget.sizeInBytes() - 6 * (budget.sizeInBytes() - space.smallestSizeInBytes()) / 2000));
                Assignment reference = bruteForce(
                        space,
                        one -> space.sizeInBytes(one) <= tighter.sizeInBytes(),
                        Comparator.comparingDouble(one -> error(errors, one)));
                assertThat(error(errors, found)).isLessThanOrEqualTo(error(errors, reference) + 1e-12);
            }
        }
    }

    /** Many layers on a coarse grid round much away. */
    @Test
    void neverWorseThanGreedyWhateverTheGrid() {
        SplittableRandom random = new SplittableRandom(6);
        SearchSpace space = incommensurable(random, 200);
        double[][] errors = fallingErrors(space, random);
        LayerwiseAllocator allocator = new LayerwiseAllocator(space, errors, 1000);
        List<Budget> budgets = IntStream.range(0, 8)
                .mapToObj(i -> new Budget(randomBudget(space, random)))
                .toList();
        List<Assignment> together = allocator.minimizeError(budgets);
        for (int i = 0; i < budgets.size(); i++) {
            Assignment greedy = new GreedyAllocator(space, errors).allocate(budgets.get(i));
            assertThat(together.get(i)).isEqualTo(allocator.minimizeError(budgets.get(i)));
            assertThat(error(errors, together.get(i))).isLessThanOrEqualTo(error(errors, greedy));
            assertThat(space.sizeInBytes(together.get(i)))
                    .isLessThanOrEqualTo(budgets.get(i).sizeInBytes());
        }
    }

    /** 224 layers of six levels, whose sizes have no common divisor, or one that an exact grid is just not too fine for. */
    @Test
    void aSevenBillionModelIsAQuarterOfABillionComparisons() {
        SplittableRandom random = new SplittableRandom(5);
        for (long unit : new long[] {1, 16_000, 20_000, 50_000}) {
            SearchSpace space = new SearchSpace(
                    IntStream.range(0, 224)
                            .mapToObj(layer -> {
                                long parameters = 1 + random.nextLong(60_000_000);
                                return new Layer(
                                        "layer" + layer,
                                        parameters,
                                        IntStream.range(0, 6)
                                                .mapToObj(level -> new Level(
                                                        "" + level,
                                                        level,
                                                        (parameters * (level + 2) / 8 / unit + level) * unit))
                                                .toList());
                            })
                            .toList(),
                    0);
            Budget budget = Budget.ofAverageBits(space, 2.5);
            SizeGrid grid = new SizeGrid(
                    space, budget.sizeInBytes() - space.smallestSizeInBytes(), LayerwiseAllocator.DEFAULT_BUCKETS);
            assertThat(224L * 6 * (grid.capacity() + 1)).isLessThanOrEqualTo(1 << 28);
            assertThat(grid.exact()).isEqualTo(unit > 1);
            Assignment found =
                    new LayerwiseAllocator(space, Spaces.randomErrors(space, random, 100_000)).minimizeError(budget);
            assertThat(space.sizeInBytes(found)).isLessThanOrEqualTo(budget.sizeInBytes());
        }
    }

    @Test
    void unusableErrorsAreNamed() {
        SearchSpace space = Spaces.alike(2, 2);
        for (double bad : new double[] {Double.NaN, -0.5, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> new LayerwiseAllocator(space, new double[][] {{1, 0}, {1, bad}}))
                    .hasMessageContaining("'layer1' at level '2'")
                    .hasMessageContaining("" + bad)
                    .hasMessageContaining("\nMaybe ");
        }
        assertThatThrownBy(() -> new LayerwiseAllocator(space, new double[][] {{1, 0}}))
                .hasMessageContaining("1 layers");
        assertThatThrownBy(() -> new LayerwiseAllocator(space, new double[][] {{1, 0}, {1}}))
                .hasMessageContaining("'layer1' has 1 errors for 2 levels");
        assertThatThrownBy(() -> new LayerwiseAllocator(space, new double[2][2], 0))
                .hasMessageContaining("0 buckets");
    }

    @Test
    void boundsThatCannotBeMetAreErrors() {
        LayerwiseAllocator allocator = new LayerwiseAllocator(Spaces.alike(2, 2), new double[][] {{3, 1}, {4, 2}});
        assertThatThrownBy(() -> allocator.minimizeError(new Budget(11)))
                .isInstanceOf(UnreachableBudgetException.class);
        for (double bound : new double[] {2.9, -1, Double.NaN}) {
            assertThatThrownBy(() -> allocator.minimizeSize(bound))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("" + bound)
                    .hasMessageContaining("3.0");
        }
        assertThat(allocator.minimizeSize(Double.POSITIVE_INFINITY)).isEqualTo(Assignment.of(0, 0));
        assertThat(allocator.minimizeError(new Budget(Long.MAX_VALUE))).isEqualTo(Assignment.of(1, 1));
    }
}
