package org.paretopress.search.allocate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.paretopress.search.Spaces;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.Budget;
import org.paretopress.search.space.SearchSpace;
import org.paretopress.search.space.UnreachableBudgetException;

class IntegerProgramAllocatorTest {

    private static OptionalDouble bruteForce(
            SearchSpace space, Predicate<Assignment> allowed, ToDoubleFunction<Assignment> value) {
        List<Double> values = new ArrayList<>();
        Spaces.forEach(space, one -> {
            if (allowed.test(one)) {
                values.add(value.applyAsDouble(one));
            }
        });
        return values.stream().mapToDouble(Double::doubleValue).min();
    }

    private static Budget randomBudget(SearchSpace space, SplittableRandom random) {
        return new Budget(space.smallestSizeInBytes()
                + random.nextLong(space.largestSizeInBytes() - space.smallestSizeInBytes() + 10));
    }

    /** Uses that do not grow with the level, and a limit that some assignment meets. */
    private static ResourceLimit randomLimit(SearchSpace space, SplittableRandom random, String name) {
        long[][] use = space.layers().stream()
                .map(layer -> random.longs(layer.levels().size(), 0, 30).toArray())
                .toArray(long[][]::new);
        return new ResourceLimit(
                name, use, new ResourceLimit(name, use, 0).total(Spaces.randomAssignment(space, random)));
    }

    private static boolean meets(List<ResourceLimit> limits, Assignment assignment) {
        return limits.stream().allMatch(limit -> limit.allows(assignment));
    }

    @Test
    void underBytesAloneTheErrorIsThatOfTheDynamicProgrammeAndOfBruteForce() {
        SplittableRandom random = new SplittableRandom(1);
        for (int instance = 0; instance < 1000; instance++) {
            SearchSpace space = Spaces.randomOfEither(random, instance, 5, 40);
            double[][] errors = Spaces.randomErrors(space, random, instance % 2 == 0 ? 6 : 1000);
            ErrorTable table = new ErrorTable(space, errors);
            Budget budget = randomBudget(space, random);
            Allocation found = new IntegerProgramAllocator(space, errors).minimizeError(budget, List.of());
            assertThat(space.sizeInBytes(found.assignment())).isLessThanOrEqualTo(budget.sizeInBytes());
            assertThat(found.value()).isEqualTo(table.sum(found.assignment()));
            assertThat(found.gap()).isZero();
            assertThat(found.value())
                    .isEqualTo(table.sum(new LayerwiseAllocator(space, errors).minimizeError(budget)))
                    .isEqualTo(bruteForce(space, one -> space.sizeInBytes(one) <= budget.sizeInBytes(), table::sum)
                            .orElseThrow());
        }
    }

    @Test
    void underSeveralLimitsTheErrorIsThatOfBruteForce() {
        SplittableRandom random = new SplittableRandom(2);
        int unreachable = 0;
        for (int instance = 0; instance < 1000; instance++) {
            SearchSpace space = Spaces.randomOfEither(random, instance, 5, 40);
            double[][] errors = Spaces.randomErrors(space, random, instance % 2 == 0 ? 6 : 1000);
            ErrorTable table = new ErrorTable(space, errors);
            Budget budget = randomBudget(space, random);
            List<ResourceLimit> limits = new ArrayList<>(List.of(randomLimit(space, random, "first")));
            if (instance % 3 == 0) {
                limits.add(randomLimit(space, random, "second"));
            }
            IntegerProgramAllocator allocator = new IntegerProgramAllocator(space, errors);
            OptionalDouble least = bruteForce(
                    space, one -> space.sizeInBytes(one) <= budget.sizeInBytes() && meets(limits, one), table::sum);
            if (least.isEmpty()) {
                unreachable++;
                assertThatThrownBy(() -> allocator.minimizeError(budget, limits))
                        .isInstanceOf(UnreachableBudgetException.class)
                        .hasMessageContaining("\nMaybe ");
                continue;
            }
            Allocation found = allocator.minimizeError(budget, limits);
            assertThat(space.sizeInBytes(found.assignment())).isLessThanOrEqualTo(budget.sizeInBytes());
            assertThat(meets(limits, found.assignment())).isTrue();
            assertThat(found.value()).isEqualTo(least.getAsDouble()).isEqualTo(table.sum(found.assignment()));
            assertThat(found.optimal()).isTrue();
        }
        assertThat(unreachable).isBetween(50, 500);
    }

    @Test
    void theSizeIsThatOfTheDynamicProgrammeAndOfBruteForce() {
        SplittableRandom random = new SplittableRandom(3);
        for (int instance = 0; instance < 1000; instance++) {
            SearchSpace space = Spaces.randomOfEither(random, instance, 5, 40);
            double[][] errors = Spaces.randomErrors(space, random, instance % 2 == 0 ? 6 : 1000);
            ErrorTable table = new ErrorTable(space, errors);
            Assignment known = Spaces.randomAssignment(space, random);
            double most = table.sum(known);
            IntegerProgramAllocator allocator = new IntegerProgramAllocator(space, errors);
            Assignment dynamic = new LayerwiseAllocator(space, errors).minimizeSize(most);
            Allocation alone = allocator.minimizeSize(most, List.of());
            assertThat(alone.value()).isEqualTo(space.sizeInBytes(dynamic));
            assertThat(table.sum(alone.assignment())).isEqualTo(table.sum(dynamic));
            ResourceLimit random30 = randomLimit(space, random, "other");
            List<ResourceLimit> limits = List.of(new ResourceLimit("other", random30.use(), random30.total(known)));
            Allocation found = allocator.minimizeSize(most, limits);
            assertThat(found.value())
                    .isEqualTo(space.sizeInBytes(found.assignment()))
                    .isEqualTo(
                            bruteForce(space, one -> table.sum(one) <= most && meets(limits, one), space::sizeInBytes)
                                    .orElseThrow());
            assertThat(found.optimal()).isTrue();
            assertThat(table.sum(found.assignment())).isLessThanOrEqualTo(most);
            assertThat(meets(limits, found.assignment())).isTrue();
        }
    }

    /** Errors from 1e-9 to 1e3: what matters is far below what a double of the sum of all errors resolves. */
    @Test
    void smallErrorsCountBesideHugeOnes() {
        SplittableRandom random = new SplittableRandom(4);
        for (int instance = 0; instance < 200; instance++) {
            SearchSpace space = Spaces.randomUneven(random, 6, 40);
            double[][] errors = space.layers().stream()
                    .map(layer -> random.doubles(layer.levels().size(), -9, random.nextInt(-8, 4))
                            .map(exponent -> Math.pow(10, exponent))
                            .toArray())
                    .toArray(double[][]::new);
            ErrorTable table = new ErrorTable(space, errors);
            Budget budget = randomBudget(space, random);
            Allocation found = new IntegerProgramAllocator(space, errors).minimizeError(budget, List.of());
            double least = bruteForce(space, one -> space.sizeInBytes(one) <= budget.sizeInBytes(), table::sum)
                    .orElseThrow();
            assertThat(found.value()).isCloseTo(least, withinPercentage(1e-7));
            assertThat(found.bound()).isLessThanOrEqualTo(least);
            assertThat(found.optimal()).isTrue();
        }
    }

    @Test
    void limitsOutOfReachAreNamedWithWhatIsReachable() {
        SearchSpace space = Spaces.alike(2, 3);
        double[][] errors = {{4, 2, 1}, {4, 2, 1}};
        long[][] time = {{9, 5, 1}, {9, 5, 1}};
        IntegerProgramAllocator allocator = new IntegerProgramAllocator(space, errors);
        assertThatThrownBy(() -> allocator.minimizeError(new Budget(11), List.of()))
                .isInstanceOf(UnreachableBudgetException.class)
                .hasMessageContaining("11 bytes");
        assertThatThrownBy(() ->
                        allocator.minimizeError(new Budget(16), List.of(new ResourceLimit("microseconds", time, 1))))
                .isInstanceOf(UnreachableBudgetException.class)
                .hasMessageContaining("limit of 1 for 'microseconds' is out of reach: ")
                .hasMessageContaining("use 2 to 18")
                .hasMessageContaining("\nMaybe ");
        assertThatThrownBy(() -> allocator.minimizeError(
                        new Budget(13),
                        List.of(
                                new ResourceLimit("heat", new long[2][3], 0),
                                new ResourceLimit("microseconds", time, 13))))
                .isInstanceOf(UnreachableBudgetException.class)
                .hasMessageContaining("limit of 13 for 'microseconds' is out of reach beside those of"
                        + " 'bytes of the layers', 'heat'")
                .hasMessageContaining("use 14 to 18")
                .hasMessageContaining("\nMaybe ");
        assertThatThrownBy(() -> allocator.minimizeSize(
                        7, List.of(new ResourceLimit("heat", new long[][] {{0, 1, 2}, {0, 1, 2}}, 0))))
                .isInstanceOf(UnreachableBudgetException.class)
                .hasMessageContaining("limit of 0 for 'heat' is out of reach beside those of 'error'")
                .hasMessageContaining("use 1 to 4");
        assertThatThrownBy(() -> allocator.minimizeSize(1.9, List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1.9")
                .hasMessageContaining("2.0");
        assertThat(allocator.minimizeSize(Double.POSITIVE_INFINITY, List.of()).assignment())
                .isEqualTo(Assignment.of(0, 0));
        assertThat(allocator
                        .minimizeError(new Budget(Long.MAX_VALUE), List.of())
                        .assignment())
                .isEqualTo(Assignment.of(2, 2));
    }

    @Test
    void unusableLimitsAreNamed() {
        SearchSpace space = Spaces.alike(2, 2);
        IntegerProgramAllocator allocator = new IntegerProgramAllocator(space, new double[][] {{1, 0}, {1, 0}});
        assertThatThrownBy(() -> new ResourceLimit(" ", new long[2][2], 1)).hasMessageContaining("name ' '");
        assertThatThrownBy(() -> new ResourceLimit("heat", new long[][] {{0, 0}, {0, -3}}, 1))
                .hasMessageContaining("'heat' has the use -3 for layer index 1 at level index 1")
                .hasMessageContaining("\nMaybe ");
        for (long[][] use : new long[][][] {new long[3][2], {{1, 2}, {1}}, {{1L << 53, 0}, {1, 0}}}) {
            assertThatThrownBy(() ->
                            allocator.minimizeError(new Budget(13), List.of(new ResourceLimit("heat", use, 1L << 53))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("heat")
                    .hasMessageContaining("\nMaybe ");
        }
        for (double effort : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> new IntegerProgramAllocator(space, new double[2][2], effort))
                    .hasMessageContaining("" + effort);
        }
        long[][] use = {{1, 2}, {3, 4}};
        ResourceLimit limit = new ResourceLimit("heat", use, 9);
        use[0][0] = 7;
        limit.use()[1][1] = 7;
        assertThat(limit.use()).isDeepEqualTo(new long[][] {{1, 2}, {3, 4}});
    }
}
