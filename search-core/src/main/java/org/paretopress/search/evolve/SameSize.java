package org.paretopress.search.evolve;

import java.util.SplittableRandom;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.Budget;
import org.paretopress.search.space.SearchSpace;

/** Level switches and exchanges within the bytes that the parent has. */
final class SameSize implements Mutation {

    private final SearchSpace space;
    private final LevelSwitches switches;

    SameSize(SearchSpace space) {
        this.space = space;
        this.switches = new LevelSwitches(space, new Budget(0));
    }

    @Override
    public boolean anyFrom(Assignment parent) {
        return within(parent).anyFrom(parent);
    }

    @Override
    public Offspring mutate(Assignment parent, SplittableRandom random) {
        return within(parent).mutate(parent, random);
    }

    private Mutation within(Assignment parent) {
        Budget own = new Budget(space.sizeInBytes(parent));
        return new EitherMutation(new LevelSwitchMutation(switches.within(own)), new Exchange(space, own));
    }
}
