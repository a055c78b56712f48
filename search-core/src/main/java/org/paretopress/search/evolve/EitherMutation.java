package org.paretopress.search.evolve;

import java.util.SplittableRandom;
import org.paretopress.search.space.Assignment;

/** One of two mutations with equal chance, or the one that is legal. */
record EitherMutation(Mutation one, Mutation other) implements Mutation {

    @Override
    public boolean anyFrom(Assignment parent) {
        return one.anyFrom(parent) || other.anyFrom(parent);
    }

    @Override
    public Offspring mutate(Assignment parent, SplittableRandom random) {
        boolean first = random.nextBoolean();
        Mutation chosen = first ? one : other;
        return (chosen.anyFrom(parent) ? chosen : first ? other : one).mutate(parent, random);
    }
}
