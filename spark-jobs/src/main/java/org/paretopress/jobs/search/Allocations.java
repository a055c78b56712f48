package org.paretopress.jobs.search;

import java.util.List;
import java.util.Locale;
import org.paretopress.jobs.run.Progress;
import org.paretopress.search.allocate.Allocation;
import org.paretopress.search.allocate.IntegerProgramAllocator;
import org.paretopress.search.allocate.LayerwiseAllocator;
import org.paretopress.search.allocate.ResourceLimit;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.Budget;
import org.paretopress.search.space.SearchSpace;

/** Layerwise allocations on the errors of a run: by the dynamic programme, or, under further limits, an integer programme. */
final class Allocations {

    private final LayerErrors errors;
    private final List<ResourceLimit> limits;
    private final LayerwiseAllocator dynamicProgramme;
    private final IntegerProgramAllocator integerProgramme;
    private final Progress progress;

    /** @param progress is told where an integer programme could not be solved to the end */
    Allocations(SearchSpace space, LayerErrors errors, List<ResourceLimit> limits, Progress progress) {
        this.progress = progress;
        this.errors = errors;
        this.limits = limits;
        this.dynamicProgramme = new LayerwiseAllocator(space, errors.errors());
        this.integerProgramme = new IntegerProgramAllocator(space, errors.errors());
    }

    /** What is added up, and what that cost. */
    LayerErrors errors() {
        return errors;
    }

    /** Of least error within the budget. */
    Assignment at(Budget budget) {
        return at(List.of(budget)).get(0);
    }

    /** The same for several budgets. */
    List<Assignment> at(List<Budget> budgets) {
        return limits.isEmpty()
                ? dynamicProgramme.minimizeError(budgets)
                : budgets.stream()
                        .map(budget -> told(integerProgramme.minimizeError(budget, limits)))
                        .toList();
    }

    /** Of least size with at most this error. */
    Assignment smallest(double error) {
        return limits.isEmpty()
                ? dynamicProgramme.minimizeSize(error)
                : told(integerProgramme.minimizeSize(error, limits));
    }

    private Assignment told(Allocation found) {
        if (!found.optimal()) {
            progress.say(String.format(
                    Locale.ROOT,
                    "allocation: the solver gave up before it was done; its answer is at most %.2g %% off the best",
                    100 * found.gap()));
        }
        return found.assignment();
    }

    /** Whether an assignment keeps within the limits. */
    boolean allow(Assignment assignment) {
        return limits.stream().allMatch(limit -> limit.allows(assignment));
    }
}
