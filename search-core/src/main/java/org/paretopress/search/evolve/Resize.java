package org.paretopress.search.evolve;

import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.Budget;
import org.paretopress.search.space.SearchSpace;

/**
 * A step along a front: up to three layers are all raised or all lowered by a step, within two sizes. A step may drop or
 * restore a sub-block.
 */
final class Resize implements Mutation {

    private static final int MOST_STEPS = 3;

    private final SearchSpace space;
    private final Budget lower;
    private final Budget upper;

    Resize(SearchSpace space, Budget lower, Budget upper) {
        this.space = space;
        this.lower = lower;
        this.upper = upper;
    }

    @Override
    public boolean anyFrom(Assignment parent) {
        return raisable(parent).length > 0 || lowerable(parent).length > 0;
    }

    @Override
    public Offspring mutate(Assignment parent, SplittableRandom random) {
        if (!anyFrom(parent)) {
            throw new IllegalArgumentException("From an assignment of " + space.sizeInBytes(parent)
                    + " bytes no layer can be raised or lowered between "
                    + lower.sizeInBytes() + " and " + upper.sizeInBytes()
                    + " bytes.\nMaybe the range is narrower than a step between levels.");
        }
        boolean up = random.nextBoolean() ? raisable(parent).length > 0 : lowerable(parent).length == 0;
        int steps = 1 + Math.min(random.nextInt(MOST_STEPS), random.nextInt(MOST_STEPS));
        Assignment child = parent;
        for (int step = 0; step < steps; step++) {
            int[] open = up ? raisable(child) : lowerable(child);
            if (open.length == 0) {
                break;
            }
            int layer = open[random.nextInt(open.length)];
            child = (up ? space.raised(child, layer) : space.lowered(child, layer)).orElseThrow();
        }
        return new Offspring(child, Operator.RESIZE);
    }

    private int[] raisable(Assignment from) {
        long slack = upper.sizeInBytes() - space.sizeInBytes(from);
        return IntStream.range(0, from.size())
                .filter(layer -> space.raiseInBytes(from, layer).orElse(Long.MAX_VALUE) <= slack)
                .toArray();
    }

    private int[] lowerable(Assignment from) {
        long slack = space.sizeInBytes(from) - lower.sizeInBytes();
        return IntStream.range(0, from.size())
                .filter(layer -> space.freedInBytes(from, layer).orElse(Long.MAX_VALUE) <= slack)
                .toArray();
    }
}
