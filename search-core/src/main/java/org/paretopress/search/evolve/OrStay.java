package org.paretopress.search.evolve;

import java.util.SplittableRandom;
import org.paretopress.search.space.Assignment;

/** A mutation, or none where none is legal: of many parents one may be at a dead end. */
record OrStay(Mutation mutation) implements Mutation {

    @Override
    public boolean anyFrom(Assignment parent) {
        return true;
    }

    @Override
    public Offspring mutate(Assignment parent, SplittableRandom random) {
        return mutation.anyFrom(parent) ? mutation.mutate(parent, random) : new Offspring(parent, null);
    }
}
