package org.paretopress.search.allocate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.Budget;
import org.paretopress.search.space.Layer;
import org.paretopress.search.space.Level;
import org.paretopress.search.space.SearchSpace;
import org.paretopress.search.space.UnreachableBudgetException;

/**
 * The same level in every layer, the largest within the budget. "The same" is the same name: level indices of layers
 * with different levels mean different things, so a level that some layer lacks is no uniform level, and a space
 * without any common name has no uniform assignment. A model of which everything is dropped is none either.
 */
public final class UniformAllocator {

    private final SearchSpace space;
    private final List<Assignment> uniform;

    public UniformAllocator(SearchSpace space) {
        this.space = space;
        this.uniform = uniformAssignments(space);
    }

    /**
     * @throws UnreachableBudgetException if every uniform assignment is above the budget
     * @throws IllegalArgumentException if the layers have no level name in common
     */
    public Assignment allocate(Budget budget) {
        budget.requireFits(space);
        return find(budget).orElseThrow(() -> noneFits(budget));
    }

    /** Every uniform assignment. */
    public List<Assignment> all() {
        return uniform;
    }

    /** The largest uniform assignment within the budget, if there is one; of equally large ones the highest level. */
    public Optional<Assignment> find(Budget budget) {
        return uniform.stream()
                .filter(assignment -> space.sizeInBytes(assignment) <= budget.sizeInBytes())
                .max(Comparator.<Assignment>comparingLong(space::sizeInBytes).thenComparing(Comparator.naturalOrder()));
    }

    private IllegalArgumentException noneFits(Budget budget) {
        if (uniform.isEmpty()) {
            return new IllegalArgumentException("The " + space.layers().size()
                    + " layers have no level name in common, so none is uniform."
                    + "\nMaybe use the greedy or the layerwise allocation.");
        }
        long smallest = uniform.stream().mapToLong(space::sizeInBytes).min().orElseThrow();
        return new UnreachableBudgetException("No uniform level fits " + budget.sizeInBytes()
                + " bytes: the smallest uniform assignment has " + smallest
                + " bytes.\nMaybe use the greedy or the layerwise allocation; the smallest mixed assignment has "
                + space.smallestSizeInBytes() + " bytes.");
    }

    private static List<Assignment> uniformAssignments(SearchSpace space) {
        List<Assignment> uniform = new ArrayList<>();
        for (Level level : space.layers().get(0).levels()) {
            int[] indices = space.layers().stream()
                    .mapToInt((Layer layer) -> layer.indexOf(level.name()))
                    .toArray();
            if (IntStream.range(0, indices.length).allMatch(layer -> indices[layer] >= space.lowestKept(layer))) {
                uniform.add(Assignment.of(indices));
            }
        }
        return List.copyOf(uniform);
    }
}
