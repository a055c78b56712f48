package org.paretopress.search.evolve;

import java.util.SplittableRandom;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.paretopress.search.allocate.RandomAllocator;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.Budget;
import org.paretopress.search.space.SearchSpace;

/**
 * A trade of bytes between any layers, whatever their shapes. With equal chance one layer goes down by a step and the
 * bytes are filled by raises of others, or one goes up and others go down until it fits. A step may drop or restore a
 * sub-block. Level switches keep the bytes of a mutation group; this moves them from one group to another.
 */
final class Exchange implements Mutation {

    private final SearchSpace space;
    private final Budget budget;

    Exchange(SearchSpace space, Budget budget) {
        this.space = space;
        this.budget = budget;
    }

    @Override
    public boolean anyFrom(Assignment parent) {
        return lowerable(parent, layer -> true).length > 0 || affordable(parent).length > 0;
    }

    @Override
    public Assignment mutate(Assignment parent, SplittableRandom random) {
        int[] down = lowerable(parent, layer -> true);
        int[] up = affordable(parent);
        if (down.length == 0 && up.length == 0) {
            throw new IllegalArgumentException("From the assignment " + parent + " no layer can be changed within "
                    + budget.sizeInBytes() + " bytes.\nMaybe the levels leave only one choice.");
        }
        boolean downFirst = random.nextBoolean() ? down.length > 0 : up.length == 0;
        return downFirst
                ? paidBy(parent, down[random.nextInt(down.length)], random)
                : payingFor(parent, up[random.nextInt(up.length)], random);
    }

    /** The layer goes down, others fill the bytes. */
    private Assignment paidBy(Assignment parent, int layer, SplittableRandom random) {
        return filled(space.lowered(parent, layer).orElseThrow(), others(layer), random);
    }

    /** The layer goes up, others make room; what is left over is filled. */
    private Assignment payingFor(Assignment parent, int layer, SplittableRandom random) {
        Assignment child = space.raised(parent, layer).orElseThrow();
        while (space.sizeInBytes(child) > budget.sizeInBytes()) {
            int[] down = lowerable(child, others(layer));
            child = space.lowered(child, down[random.nextInt(down.length)]).orElseThrow();
        }
        Assignment roomy = child;
        return filled(
                roomy,
                other -> others(layer).test(other)
                        && roomy.level(other) >= parent.level(other)
                        && !space.isDropped(roomy, other),
                random);
    }

    private Assignment filled(Assignment start, IntPredicate allowed, SplittableRandom random) {
        IntStream layers = IntStream.range(0, start.size()).filter(allowed);
        return RandomAllocator.fill(space, start, budget, random, layers);
    }

    private int[] lowerable(Assignment assignment, IntPredicate allowed) {
        return IntStream.range(0, assignment.size())
                .filter(allowed)
                .filter(layer -> space.lowered(assignment, layer).isPresent())
                .toArray();
    }

    /** Layers that can be raised if all others are lowered as far as need be. */
    private int[] affordable(Assignment assignment) {
        return IntStream.range(0, assignment.size())
                .filter(layer -> space.raised(assignment, layer)
                        .filter(raised -> leastSize(raised, layer) <= budget.sizeInBytes())
                        .isPresent())
                .toArray();
    }

    /** Bytes with everything but the layer, and what is dropped with it, at the smallest level. */
    private long leastSize(Assignment assignment, int layer) {
        IntPredicate free = others(layer);
        long size = space.fixedSizeInBytes();
        for (int other = 0; other < assignment.size(); other++) {
            size += space.sizeInBytes(other, free.test(other) ? 0 : assignment.level(other));
        }
        return size;
    }

    /** The layers that are neither this one nor in its sub-block. */
    private IntPredicate others(int layer) {
        int subBlock = space.subBlock(layer);
        return other -> other != layer && (subBlock < 0 || space.subBlock(other) != subBlock);
    }
}
