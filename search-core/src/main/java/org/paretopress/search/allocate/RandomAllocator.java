package org.paretopress.search.allocate;

import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.paretopress.search.fitness.Draws;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.Budget;
import org.paretopress.search.space.OpenLayers;
import org.paretopress.search.space.SearchSpace;

/**
 * Random assignments filled up to a budget: while some layer can be {@linkplain SearchSpace#raised raised} and still
 * fit, one of these layers, each with equal chance, is raised. A draw is a function of (seed, index) and of the arguments.
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
        return fill(space, start, budget, Draws.random(seed, index), IntStream.range(0, start.size()));
    }

    /** Fills an assignment up, raising only some of its layers; see {@link SearchSpace#raised}. */
    public static Assignment fill(
            SearchSpace space, Assignment start, Budget budget, SplittableRandom random, IntStream layers) {
        OpenLayers open = new OpenLayers(layers);
        Assignment current = start;
        long slack = budget.sizeInBytes() - space.sizeInBytes(start);
        while (true) {
            Assignment now = current;
            long left = slack;
            OptionalInt layer =
                    open.draw(random, one -> space.raiseInBytes(now, one).orElse(Long.MAX_VALUE) <= left);
            if (layer.isEmpty()) {
                return current;
            }
            slack -= space.raiseInBytes(current, layer.getAsInt()).orElseThrow();
            current = space.raised(current, layer.getAsInt()).orElseThrow();
        }
    }

    /**
     * Lowers an assignment by randomly drawn steps of some of its layers until it is within the budget; see
     * {@link SearchSpace#lowered}.
     *
     * @throws java.util.NoSuchElementException if it is above the budget with all of them at their smallest level
     */
    public static Assignment lower(
            SearchSpace space, Assignment start, Budget budget, SplittableRandom random, IntStream layers) {
        OpenLayers open = new OpenLayers(layers);
        Assignment current = start;
        for (long excess = space.sizeInBytes(start) - budget.sizeInBytes(); excess > 0; ) {
            Assignment now = current;
            int layer = open.draw(random, one -> now.level(one) > 0).orElseThrow();
            excess -= space.freedInBytes(current, layer).orElseThrow();
            current = space.lowered(current, layer).orElseThrow();
        }
        return current;
    }
}
