package org.paretopress.search.allocate;

import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.paretopress.search.fitness.Draws;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.Budget;
import org.paretopress.search.space.SearchSpace;

/**
 * Random assignments filled up to a budget: while some layer can be raised by one level and still fit, one of these
 * layers, each with equal chance, is raised. A draw is a function of (seed, index) and of the arguments.
 */
public final class RandomAllocator {

    private final SearchSpace space;
    private final long seed;

    public RandomAllocator(SearchSpace space, long seed) {
        this.space = space;
        this.seed = seed;
    }

    /**
     * The draw of this index, filled from the smallest levels up: the random baseline.
     *
     * @throws org.paretopress.search.space.UnreachableBudgetException if the smallest assignment is above the budget
     */
    public Assignment allocate(Budget budget, long index) {
        budget.requireFits(space);
        return fill(Assignment.uniform(space.layers().size(), 0), budget, index);
    }

    /**
     * The draw of this index, filled from an assignment within the budget. EvoPress fills the largest uniform
     * assignment below a fractional target this way to find its first parent.
     */
    public Assignment fill(Assignment start, Budget budget, long index) {
        SplittableRandom random = Draws.random(seed, index);
        Assignment current = start;
        long slack = budget.sizeInBytes() - space.sizeInBytes(start);
        for (int[] open = raisable(current, slack); open.length > 0; open = raisable(current, slack)) {
            int layer = open[random.nextInt(open.length)];
            slack -= raiseInBytes(current, layer);
            current = current.with(layer, current.level(layer) + 1);
        }
        return current;
    }

    private int[] raisable(Assignment current, long slack) {
        return IntStream.range(0, current.size())
                .filter(layer -> current.level(layer) + 1
                        < space.layers().get(layer).levels().size())
                .filter(layer -> raiseInBytes(current, layer) <= slack)
                .toArray();
    }

    private long raiseInBytes(Assignment current, int layer) {
        int level = current.level(layer);
        return space.sizeInBytes(layer, level + 1) - space.sizeInBytes(layer, level);
    }
}
