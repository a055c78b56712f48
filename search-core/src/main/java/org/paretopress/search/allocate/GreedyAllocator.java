package org.paretopress.search.allocate;

import java.util.Arrays;
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
            current = current.with(raise.get().layers(), raise.get().level());
            slack -= raise.get().bytes();
        }
        return current;
    }

    private Optional<Raise> bestRaise(Assignment current, long slack) {
        Raise best = null;
        for (int layer = 0; layer < current.size(); layer++) {
            int[] layers = space.isDropped(current, layer) ? space.droppedWith(layer) : new int[] {layer};
            int levels = Arrays.stream(layers)
                    .map(one -> errors.row(one).length)
                    .min()
                    .orElseThrow();
            for (int to = current.level(layer) + 1; to < levels; to++) {
                Raise raise = raise(current, layers, to);
                if (raise.bytes() <= slack
                        && raise.gain() > 0
                        && (best == null || raise.gainPerByte() > best.gainPerByte())) {
                    best = raise;
                }
            }
        }
        return Optional.ofNullable(best);
    }

    /** A sub-block comes back with one level index for all its layers. */
    private Raise raise(Assignment current, int[] layers, int to) {
        long bytes = 0;
        double gain = 0;
        for (int layer : layers) {
            bytes += space.sizeInBytes(layer, to) - space.sizeInBytes(layer, current.level(layer));
            gain += errors.at(layer, current.level(layer)) - errors.at(layer, to);
        }
        return new Raise(layers, to, bytes, gain);
    }

    private record Raise(int[] layers, int level, long bytes, double gain) {

        double gainPerByte() {
            return gain / bytes;
        }
    }
}
