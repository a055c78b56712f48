package org.paretopress.search.allocate;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.Budget;
import org.paretopress.search.space.SearchSpace;

/**
 * The best assignment if errors of layers simply add up: L-GreCo's dynamic programme (Markov et al., MLSys
 * 2024) read in both directions from one table over sizes. Errors are never rounded. The result is optimal where the
 * level sizes have a common divisor coarse enough for an exact table; otherwise sizes are rounded up to a grid of
 * {@code buckets} units and a bound is still never exceeded; for the least error bytes lost to rounding then go to the
 * greedy best raises, and where the greedy allocation is better all the same it is taken.
 *
 * <p>Ties: lower error, then smaller size, then the lexicographically smaller assignment.
 */
public final class LayerwiseAllocator {

    /** The published resolution. */
    public static final int DEFAULT_BUCKETS = 10_000;

    private final SearchSpace space;
    private final ErrorTable errors;
    private final int buckets;

    /**
     * @param errors [layer][level], finite and not negative; any unit that adds up over layers
     * @param buckets units of the size grid where an exact one would be too large, at least 1
     * @throws IllegalArgumentException naming the layer and level of an unusable error
     */
    public LayerwiseAllocator(SearchSpace space, double[][] errors, int buckets) {
        if (buckets < 1) {
            throw new IllegalArgumentException(
                    "The size grid has " + buckets + " buckets.\nMaybe use the default of " + DEFAULT_BUCKETS + ".");
        }
        this.space = space;
        this.errors = new ErrorTable(space, errors);
        this.buckets = buckets;
    }

    /** With {@link #DEFAULT_BUCKETS}. */
    public LayerwiseAllocator(SearchSpace space, double[][] errors) {
        this(space, errors, DEFAULT_BUCKETS);
    }

    /**
     * The assignment of least summed error within the budget.
     *
     * @throws org.paretopress.search.space.UnreachableBudgetException if the smallest assignment is above the budget
     */
    public Assignment minimizeError(Budget budget) {
        return minimizeError(List.of(budget)).get(0);
    }

    /**
     * The same for several budgets, from one table where an exact one serves all.
     *
     * @throws org.paretopress.search.space.UnreachableBudgetException if the smallest assignment is above one of them
     */
    public List<Assignment> minimizeError(List<Budget> budgets) {
        budgets.forEach(budget -> budget.requireFits(space));
        long largest = budgets.stream().mapToLong(Budget::sizeInBytes).max().orElse(space.smallestSizeInBytes());
        SizeGrid grid = new SizeGrid(space, largest - space.smallestSizeInBytes(), buckets);
        if (!grid.exact()) {
            return budgets.stream().map(this::onCoarseGrid).toList();
        }
        AllocationTable table = new AllocationTable(space, grid, errors);
        return budgets.stream()
                .map(budget -> table.assignment(grid.within(budget.sizeInBytes() - space.smallestSizeInBytes())))
                .toList();
    }

    /** On a grid of the budget's own, whose units are the smaller the tighter it is. */
    private Assignment onCoarseGrid(Budget budget) {
        SizeGrid grid = new SizeGrid(space, budget.sizeInBytes() - space.smallestSizeInBytes(), buckets);
        Assignment best = new AllocationTable(space, grid, errors).assignment(grid.capacity());
        if (grid.exact()) {
            return best;
        }
        GreedyAllocator greedy = new GreedyAllocator(space, errors);
        return Stream.of(greedy.raise(best, budget), greedy.allocate(budget))
                .min(Comparator.comparingDouble(errors::sum))
                .orElseThrow();
    }

    /**
     * The smallest assignment whose summed error, added in layer order, is at most {@code maxError}.
     *
     * @throws IllegalArgumentException if no assignment has so small an error
     */
    public Assignment minimizeSize(double maxError) {
        errors.requireReachable(maxError);
        SizeGrid grid = new SizeGrid(space, space.largestSizeInBytes() - space.smallestSizeInBytes(), buckets);
        AllocationTable table = new AllocationTable(space, grid, errors);
        for (int units = 0; units <= grid.capacity(); units++) {
            if (table.error(units) <= maxError * (1 + ErrorTable.SUM_TOLERANCE)) {
                Assignment found = table.assignment(units);
                if (errors.sum(found) <= maxError) {
                    return found;
                }
            }
        }
        return errors.least();
    }
}
