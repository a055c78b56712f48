package org.paretopress.search.evolve;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.paretopress.search.allocate.RandomAllocator;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.Budget;
import org.paretopress.search.space.SearchSpace;

/**
 * A step along a front to the size of a neighbour, so that what was learnt at one size is tried at the next. Layers are
 * lowered until the smaller size is kept to; what is left of either size is filled by raises.
 */
final class Relocate implements Mutation {

    private final SearchSpace space;
    private final Supplier<List<Long>> sizes;

    /** @param sizes of the front in bytes; asked at every mutation */
    Relocate(SearchSpace space, Supplier<List<Long>> sizes) {
        this.space = space;
        this.sizes = sizes;
    }

    @Override
    public boolean anyFrom(Assignment parent) {
        return neighbours(parent).length > 0;
    }

    @Override
    public Offspring mutate(Assignment parent, SplittableRandom random) {
        long[] neighbours = neighbours(parent);
        if (neighbours.length == 0) {
            throw new IllegalArgumentException("From " + space.sizeInBytes(parent)
                    + " bytes there is no other size to go to.\nMaybe the front has a single point.");
        }
        Budget target = new Budget(neighbours[random.nextInt(neighbours.length)]);
        Assignment child = RandomAllocator.lower(space, parent, target, random, IntStream.range(0, parent.size()));
        Assignment filled = RandomAllocator.fill(space, child, target, random, IntStream.range(0, child.size()));
        return new Offspring(filled, Operator.RELOCATE);
    }

    /** The next smaller and the next larger size, where there are such. */
    private long[] neighbours(Assignment parent) {
        long own = space.sizeInBytes(parent);
        LongStream below = sizes.get().stream().mapToLong(size -> size).filter(size -> size < own).max().stream();
        LongStream above = sizes.get().stream().mapToLong(size -> size).filter(size -> size > own).min().stream();
        return LongStream.concat(below, above).toArray();
    }
}
