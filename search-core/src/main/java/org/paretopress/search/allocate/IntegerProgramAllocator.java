package org.paretopress.search.allocate;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.Budget;
import org.paretopress.search.space.SearchSpace;
import org.paretopress.search.space.UnreachableBudgetException;

/**
 * The best assignment if errors of layers simply add up, under several limits at once: bytes and any further resource.
 * This is the integer programme of AdaQuant (Hubara et al., 2021, "Accurate Post Training Quantization With Small
 * Calibration Sets", section on integer programming), with levels of any kind in place of bit widths. Under bytes alone
 * {@link LayerwiseAllocator} has the same answer where its size grid is exact, and sooner.
 *
 * <p>No limit is ever exceeded: the sums are checked in whole numbers. The optimum is proven, up to a billionth of the
 * error, or {@link Allocation#bound} says how far the proof came. Of equal errors any may be returned, always the same
 * one on machines of one kind.
 */
public final class IntegerProgramAllocator {

    /** Enough for 224 layers of 6 levels and two limits with much to spare; a minute or two where it runs out. */
    public static final double DEFAULT_EFFORT = 20;

    private final SearchSpace space;
    private final ErrorTable errors;
    private final double effort;

    /**
     * @param errors [layer][level], finite and not negative; any unit that adds up over layers
     * @param effort the most work for one programme, positive; in the solver's deterministic time, of which a unit is
     *     some seconds, and which does not depend on the machine's speed or load
     * @throws IllegalArgumentException naming the layer and level of an unusable error
     */
    public IntegerProgramAllocator(SearchSpace space, double[][] errors, double effort) {
        if (!(effort > 0 && effort < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "The solver's effort is " + effort + ".\nMaybe use the default of " + DEFAULT_EFFORT + ".");
        }
        this.space = space;
        this.errors = new ErrorTable(space, errors);
        this.effort = effort;
    }

    /** With {@link #DEFAULT_EFFORT}. */
    public IntegerProgramAllocator(SearchSpace space, double[][] errors) {
        this(space, errors, DEFAULT_EFFORT);
    }

    /**
     * The assignment of least summed error within the budget and the limits; its value is that error.
     *
     * @param limits further resources, by the layers and levels of the space; may be empty
     * @throws UnreachableBudgetException naming a limit that cannot be met, alone or beside those before it
     * @throws IllegalStateException if the effort ran out before any assignment was found
     */
    public Allocation minimizeError(Budget budget, List<ResourceLimit> limits) {
        budget.requireFits(space);
        List<ResourceLimit> all = beside(ResourceLimit.ofBytes(space, budget.sizeInBytes()), limits);
        for (double cap = Double.POSITIVE_INFINITY; ; ) {
            ErrorUnits units = new ErrorUnits(errors, cap);
            IntegerProgram.Outcome outcome = solve(units.nearest(), all);
            double value = errors.sum(outcome.assignment());
            double bound = errors.leastSum() + Math.max(0, units.excess(outcome.bound()) - units.loss());
            Allocation found = new Allocation(outcome.assignment(), value, Math.min(value, bound));
            double excess = value - errors.leastSum();
            if (found.optimal() || !outcome.proven() || excess > cap / 4) {
                return found;
            }
            cap = 2 * excess;
        }
    }

    /**
     * The smallest assignment within the limits whose summed error, added in layer order, is at most {@code maxError};
     * of equally small ones that of least error. Its value is its size in bytes, fixed bytes included.
     *
     * @param limits further resources, by the layers and levels of the space; may be empty
     * @throws IllegalArgumentException if no assignment has so small an error
     * @throws UnreachableBudgetException naming a limit that cannot be met, alone or beside those before it
     * @throws IllegalStateException if the effort ran out before any assignment was found
     */
    public Allocation minimizeSize(double maxError, List<ResourceLimit> limits) {
        errors.requireReachable(maxError);
        double slack = maxError * (1 + ErrorTable.SUM_TOLERANCE) - errors.leastSum();
        ErrorUnits units = new ErrorUnits(errors, slack > 0 ? 2 * slack : Double.POSITIVE_INFINITY);
        List<ResourceLimit> all = beside(units.below(slack), limits);
        IntegerProgram.Outcome outcome = solve(bytes(), all);
        double bound = space.fixedSizeInBytes() + outcome.bound();
        while (true) {
            Assignment found = outcome.assignment();
            Assignment best =
                    minimizeError(new Budget(space.sizeInBytes(found)), limits).assignment();
            found = errors.sum(best) <= errors.sum(found) ? best : found;
            if (errors.sum(found) <= maxError) {
                return new Allocation(found, space.sizeInBytes(found), bound);
            }
            // Above the bound by less than the rounding: nothing of this size is good enough.
            List<ResourceLimit> larger = new ArrayList<>(all);
            larger.add(bytes().atLeast(outcome.value() + 1));
            outcome = solve(bytes(), larger);
        }
    }

    private ResourceLimit bytes() {
        return ResourceLimit.ofBytes(space, Long.MAX_VALUE);
    }

    private IntegerProgram.Outcome solve(ResourceLimit objective, List<ResourceLimit> limits) {
        return new IntegerProgram(space, objective, limits).solve(effort).orElseThrow(() -> unreachable(limits));
    }

    /** All limits in one list, each of which could be met alone. */
    private List<ResourceLimit> beside(ResourceLimit first, List<ResourceLimit> limits) {
        List<ResourceLimit> all = new ArrayList<>(List.of(first));
        for (ResourceLimit limit : limits) {
            limit.requireFits(space);
            if (limit.least() > limit.limit()) {
                throw unreachable(List.of(), limit, limit.least());
            }
            all.add(limit);
        }
        return all;
    }

    /** Names the first limit that cannot be met beside those before it. */
    private RuntimeException unreachable(List<ResourceLimit> limits) {
        for (int index = 1; index < limits.size(); index++) {
            ResourceLimit limit = limits.get(index);
            List<ResourceLimit> before = limits.subList(0, index);
            long least = new IntegerProgram(space, limit, before)
                    .solve(effort)
                    .map(IntegerProgram.Outcome::bound)
                    .orElseThrow();
            if (least > limit.limit()) {
                return unreachable(before, limit, least);
            }
        }
        return new UnreachableBudgetException("The limits on "
                + limits.stream().map(one -> "'" + one.name() + "'").collect(Collectors.joining(", "))
                + " cannot all be met, though each can beside those before it as far as an effort of " + effort
                + " shows.\nMaybe loosen one of them.");
    }

    private UnreachableBudgetException unreachable(List<ResourceLimit> before, ResourceLimit limit, long least) {
        String beside = before.isEmpty()
                ? ""
                : " beside those of "
                        + before.stream().map(one -> "'" + one.name() + "'").collect(Collectors.joining(", "));
        return new UnreachableBudgetException("The limit of " + limit.limit() + " for '" + limit.name()
                + "' is out of reach" + beside + ": the levels of the "
                + space.layers().size() + " layers use "
                + least + " to " + limit.most() + ".\nMaybe ask for a limit in this interval, or "
                + (before.isEmpty() ? "offer levels that use less." : "loosen another one."));
    }
}
