package org.paretopress.search.allocate;

import java.util.Optional;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.Budget;
import org.paretopress.search.space.SearchSpace;

/**
 * From the smallest levels up, always the raise with the greatest error reduction per byte that still fits. A raise
 * may skip levels, so that one useless level does not hide a good one above it; a raise that reduces nothing is never
 * made, and one that costs nothing comes first. Ties go to the first layer, then to the lowest level.
 */
public final class GreedyAllocator {

    private final SearchSpace space;
    private final ErrorTable errors;

    /** @param errors [layer][level], finite and not negative; any unit that adds up over layers */
    public GreedyAllocator(SearchSpace space, double[][] errors) {
        this(space, new ErrorTable(space, errors));
    }

    GreedyAllocator(SearchSpace space, ErrorTable errors) {
        this.space = space;
        this.errors = errors;
    }

    /** @throws org.paretopress.search.space.UnreachableBudgetException if the smallest assignment is above the budget */
    public Assignment allocate(Budget budget) {
        budget.requireFits(space);
        return raise(Assignment.uniform(space.layers().size(), 0), budget);
    }

    /** Goes on from an assignment that is within the budget. */
    Assignment raise(Assignment start, Budget budget) {
        Assignment current = start;
        long slack = budget.sizeInBytes() - space.sizeInBytes(start);
        for (Optional<Raise> raise = bestRaise(current, slack); raise.isPresent(); raise = bestRaise(current, slack)) {
            current = current.with(raise.get().layer(), raise.get().level());
            slack -= raise.get().bytes();
        }
        return current;
    }

    private Optional<Raise> bestRaise(Assignment current, long slack) {
        Raise best = null;
        for (int layer = 0; layer < current.size(); layer++) {
            int from = current.level(layer);
            for (int to = from + 1; to < errors.row(layer).length; to++) {
                long bytes = space.sizeInBytes(layer, to) - space.sizeInBytes(layer, from);
                double gain = errors.at(layer, from) - errors.at(layer, to);
                if (bytes <= slack && gain > 0 && (best == null || gain / bytes > best.gainPerByte())) {
                    best = new Raise(layer, to, bytes, gain / bytes);
                }
            }
        }
        return Optional.ofNullable(best);
    }

    private record Raise(int layer, int level, long bytes, double gainPerByte) {}
}
