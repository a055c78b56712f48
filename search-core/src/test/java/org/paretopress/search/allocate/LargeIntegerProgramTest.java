package org.paretopress.search.allocate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.paretopress.search.space.Budget;
import org.paretopress.search.space.Layer;
import org.paretopress.search.space.Level;
import org.paretopress.search.space.SearchSpace;
import org.paretopress.search.space.UnreachableBudgetException;

/** Integer programmes too large for brute force: against a table over both resources, and against dual bounds. */
class LargeIntegerProgramTest {

    private static final double[] BITS = {2, 3, 4, 5, 6, 8};

    /** Falling with the bits, more or less, times a sensitivity of the layer that spans so many decades. */
    private static double[][] randomErrors(SearchSpace space, SplittableRandom random, double decades) {
        return space.layers().stream()
                .map(layer -> {
                    double sensitivity = Math.pow(10, -9 + decades * random.nextDouble());
                    return layer.levels().stream()
                            .mapToDouble(level ->
                                    sensitivity * Math.pow(4, -level.bits()) * (0.7 + 0.6 * random.nextDouble()))
                            .toArray();
                })
                .toArray(double[][]::new);
    }

    private static SearchSpace small(SplittableRandom random, long unit) {
        int levels = random.nextInt(2, 6);
        return new SearchSpace(
                IntStream.range(0, random.nextInt(5, 26))
                        .mapToObj(layer -> {
                            long step = unit * random.nextInt(1, 4);
                            return new Layer(
                                    "layer" + layer,
                                    8,
                                    IntStream.range(0, levels)
                                            .mapToObj(level -> new Level("" + level, level, step * (level + 1)))
                                            .toList());
                        })
                        .toList(),
                0);
    }

    /** The least error by [bytes / unit][use]. */
    private static double[][] leastErrors(
            SearchSpace space, long unit, double[][] errors, long[][] use, int bytes, int most) {
        double[][] least = new double[bytes + 1][most + 1];
        for (int layer = 0; layer < errors.length; layer++) {
            double[][] next = new double[bytes + 1][most + 1];
            for (int index = 0; index < next.length * next[0].length; index++) {
                int size = index / (most + 1);
                int used = index % (most + 1);
                next[size][used] = Double.POSITIVE_INFINITY;
                for (int level = 0; level < errors[layer].length; level++) {
                    int before = size - (int) (space.sizeInBytes(layer, level) / unit);
                    int left = used - (int) use[layer][level];
                    if (before >= 0 && left >= 0) {
                        next[size][used] = Math.min(next[size][used], least[before][left] + errors[layer][level]);
                    }
                }
            }
            least = next;
        }
        return least;
    }

    /** Errors over twelve decades and sizes of up to millions. */
    @Test
    void bothDirectionsAreThoseOfATableOverBothResources() {
        int reachable = 0;
        for (int seed = 0; seed < 400; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            long unit = random.nextLong(1, 1_000_000);
            SearchSpace space = small(random, unit);
            double[][] errors = randomErrors(space, random, 12);
            long[][] use = space.layers().stream()
                    .map(layer -> random.longs(layer.levels().size(), 0, 10).toArray())
                    .toArray(long[][]::new);
            int bytes = random.nextInt(
                    (int) (space.smallestSizeInBytes() / unit), 1 + (int) (space.largestSizeInBytes() / unit));
            ResourceLimit free = new ResourceLimit("other", use, 0);
            int most = random.nextInt((int) free.least(), 1 + (int) free.most());
            double[][] table = leastErrors(space, unit, errors, use, bytes, most);
            double least = table[bytes][most];
            Budget budget = new Budget(bytes * unit + unit / 2);
            List<ResourceLimit> limits = List.of(new ResourceLimit("other", use, most));
            IntegerProgramAllocator allocator = new IntegerProgramAllocator(space, errors);
            if (least == Double.POSITIVE_INFINITY) {
                assertThatThrownBy(() -> allocator.minimizeError(budget, limits))
                        .isInstanceOf(UnreachableBudgetException.class);
                continue;
            }
            reachable++;
            Allocation found = allocator.minimizeError(budget, limits);
            assertThat(found.value()).isCloseTo(least, withinPercentage(1e-7));
            assertThat(found.optimal()).isTrue();
            double bound = least * (1 + 1e-6);
            int smallest = IntStream.rangeClosed(0, bytes)
                    .filter(size -> table[size][most] <= bound)
                    .findFirst()
                    .orElseThrow();
            assertThat(allocator.minimizeSize(bound, limits).value()).isEqualTo(smallest * (double) unit);
        }
        assertThat(reachable).isGreaterThan(200);
    }

    /** 32 transformer blocks of 7 layers and 6 levels: the shapes of a model of seven billion parameters. */
    private static SearchSpace sevenBillion() {
        long[] parameters = {1 << 24, 1 << 24, 1 << 24, 1 << 24, 43 << 20, 43 << 20, 43 << 20};
        return new SearchSpace(
                IntStream.range(0, 224)
                        .mapToObj(layer -> new Layer(
                                "layer" + layer,
                                parameters[layer % 7],
                                Arrays.stream(BITS)
                                        .mapToObj(bits -> new Level(
                                                "" + bits, bits, (long) (parameters[layer % 7] * (bits + 0.25) / 8)))
                                        .toList()))
                        .toList(),
                524_296_192);
    }

    /** A resource that more bits need less or more of, of the layer's size but not in step with its bytes. */
    private static ResourceLimit time(SearchSpace space, SplittableRandom random, double share) {
        long[][] use = space.layers().stream()
                .map(layer -> random.longs(BITS.length, 10, 40)
                        .map(time -> time * layer.parameters() / 64)
                        .toArray())
                .toArray(long[][]::new);
        ResourceLimit free = new ResourceLimit("time", use, 0);
        return new ResourceLimit("time", use, free.least() + (long) (share * (free.most() - free.least())));
    }

    /** The Lagrangian bound for prices of the limits, not negative; its greatest is that of the linear programme. */
    private static double dualBound(double[][] errors, List<ResourceLimit> limits, double... prices) {
        double bound = 0;
        for (int layer = 0; layer < errors.length; layer++) {
            int row = layer;
            bound += IntStream.range(0, errors[layer].length)
                    .mapToDouble(level -> errors[row][level]
                            + IntStream.range(0, prices.length)
                                    .mapToDouble(index ->
                                            prices[index] * limits.get(index).use(row, level))
                                    .sum())
                    .min()
                    .orElseThrow();
        }
        for (int index = 0; index < prices.length; index++) {
            bound -= prices[index] * limits.get(index).limit();
        }
        return bound;
    }

    /** Where a concave function between 0 and {@code high} is greatest. */
    private static double argmax(double high, DoubleUnaryOperator concave) {
        double low = 0;
        double top = high;
        for (int step = 0; step < 60; step++) {
            double left = low + (top - low) / 3;
            double right = top - (top - low) / 3;
            if (concave.applyAsDouble(left) < concave.applyAsDouble(right)) {
                low = left;
            } else {
                top = right;
            }
        }
        return (low + top) / 2;
    }

    @Test
    void aSevenBillionModelUnderTwoLimitsIsNearTheDualBound() {
        SplittableRandom random = new SplittableRandom(1);
        SearchSpace space = sevenBillion();
        double[][] errors = randomErrors(space, random, 6);
        Budget budget = Budget.ofAverageBits(space, 3.5);
        ResourceLimit time = time(space, random, 0.35);
        List<ResourceLimit> both = List.of(ResourceLimit.ofBytes(space, budget.sizeInBytes()), time);
        IntegerProgramAllocator allocator = new IntegerProgramAllocator(space, errors);
        Allocation found = allocator.minimizeError(budget, List.of(time));
        assertThat(space.sizeInBytes(found.assignment())).isLessThanOrEqualTo(budget.sizeInBytes());
        assertThat(time.total(found.assignment())).isLessThanOrEqualTo(time.limit());
        assertThat(found.optimal()).isTrue();
        double highest = 1e-3 / space.largestSizeInBytes();
        double second = argmax(
                highest,
                price -> dualBound(
                        errors, both, argmax(highest, first -> dualBound(errors, both, first, price)), price));
        double first = argmax(highest, price -> dualBound(errors, both, price, second));
        double bound = dualBound(errors, both, first, second);
        assertThat(second).isPositive();
        assertThat(found.value()).isBetween(bound, bound * 1.01);
        assertThat(allocator.minimizeError(budget, List.of(time))).isEqualTo(found);
        Allocation size = allocator.minimizeSize(found.value(), List.of(time));
        assertThat(size.value()).isBetween((double) space.smallestSizeInBytes(), (double) budget.sizeInBytes());
        assertThat(size.optimal()).isTrue();
    }

    @Test
    void aSecondLimitThatIsSlackChangesNothing() {
        SplittableRandom random = new SplittableRandom(2);
        SearchSpace space = sevenBillion();
        double[][] errors = randomErrors(space, random, 6);
        Budget budget = Budget.ofAverageBits(space, 3);
        double dynamic = new ErrorTable(space, errors).sum(new LayerwiseAllocator(space, errors).minimizeError(budget));
        IntegerProgramAllocator allocator = new IntegerProgramAllocator(space, errors);
        assertThat(allocator.minimizeError(budget, List.of()).value()).isCloseTo(dynamic, withinPercentage(1e-7));
        assertThat(allocator
                        .minimizeError(budget, List.of(time(space, random, 1)))
                        .value())
                .isCloseTo(dynamic, withinPercentage(1e-7));
    }

    /** How far so little effort comes is the solver's affair; what it says of it has to be true. */
    @Test
    void anEffortTooSmallIsToldByTheBoundOrByAnError() {
        SplittableRandom random = new SplittableRandom(3);
        SearchSpace space = sevenBillion();
        double[][] errors = randomErrors(space, random, 6);
        Budget budget = Budget.ofAverageBits(space, 3.5);
        List<ResourceLimit> limits = List.of(time(space, random, 0.35));
        double least = new IntegerProgramAllocator(space, errors)
                .minimizeError(budget, limits)
                .value();
        for (double effort : new double[] {1e-3, 0.1}) {
            try {
                Allocation found = new IntegerProgramAllocator(space, errors, effort).minimizeError(budget, limits);
                assertThat(found.bound()).isLessThanOrEqualTo(least);
                assertThat(found.value()).isGreaterThanOrEqualTo(least * (1 - 1e-9));
                assertThat(found.optimal()).isEqualTo(found.gap() <= 1e-9);
            } catch (IllegalStateException tooLittle) {
                assertThat(tooLittle)
                        .hasMessageContaining("effort of at most " + effort)
                        .hasMessageContaining("\nMaybe ");
            }
        }
    }
}
