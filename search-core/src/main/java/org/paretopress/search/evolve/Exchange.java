package org.paretopress.search.evolve;

import java.util.Arrays;
import java.util.OptionalLong;
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
        return lowerable(parent).length > 0 || affordable(parent).length > 0;
    }

    @Override
    public Offspring mutate(Assignment parent, SplittableRandom random) {
        int[] down = lowerable(parent);
        int[] up = affordable(parent);
        if (down.length == 0 && up.length == 0) {
            throw new IllegalArgumentException(
                    "From an assignment of " + space.sizeInBytes(parent) + " bytes no layer can be changed within "
                            + budget.sizeInBytes() + " bytes.\nMaybe the levels leave only one choice.");
        }
        boolean downFirst = random.nextBoolean() ? down.length > 0 : up.length == 0;
        Assignment child = downFirst
                ? paidBy(parent, down[random.nextInt(down.length)], random)
                : payingFor(parent, up[random.nextInt(up.length)], random);
        return new Offspring(child, Operator.EXCHANGE);
    }

    /** The layer goes down, others fill the bytes. */
    private Assignment paidBy(Assignment parent, int layer, SplittableRandom random) {
        return filled(space.lowered(parent, layer).orElseThrow(), others(layer), random);
    }

    /** The layer goes up, others make room; what is left over is filled. */
    private Assignment payingFor(Assignment parent, int layer, SplittableRandom random) {
        Assignment raised = space.raised(parent, layer).orElseThrow();
        IntStream payers = IntStream.range(0, parent.size()).filter(others(layer));
        Assignment roomy = RandomAllocator.lower(space, raised, budget, random, payers);
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

    private static int[] lowerable(Assignment assignment) {
        return IntStream.range(0, assignment.size())
                .filter(layer -> assignment.level(layer) > 0)
                .toArray();
    }

    /** Layers that can be raised if all others are lowered as far as need be. */
    private int[] affordable(Assignment assignment) {
        long slack = budget.sizeInBytes() - space.smallestSizeInBytes();
        return IntStream.range(0, assignment.size())
                .filter(layer -> {
                    OptionalLong raise = space.raiseInBytes(assignment, layer);
                    return raise.isPresent() && extraInBytes(assignment, layer) + raise.getAsLong() <= slack;
                })
                .toArray();
    }

    /** What a layer, and those that are dropped with it, have above their smallest levels. */
    private long extraInBytes(Assignment assignment, int layer) {
        return Arrays.stream(space.droppedWith(layer))
                .mapToLong(one -> space.sizeInBytes(one, assignment.level(one)) - space.sizeInBytes(one, 0))
                .sum();
    }

    /** The layers that are neither this one nor in its sub-block. */
    private IntPredicate others(int layer) {
        int subBlock = space.subBlock(layer);
        return other -> other != layer && (subBlock < 0 || space.subBlock(other) != subBlock);
    }
}
