package org.paretopress.search.evolve;

import java.util.SplittableRandom;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.Budget;
import org.paretopress.search.space.SearchSpace;

/**
 * The level-switch mutation of EvoPress (Sieberling et al., ICML 2025, Section 3): the smaller of two uniform draws
 * from {1, 2, 3} is the number of {@linkplain LevelSwitches switches}. The size never exceeds the budget, so no repair
 * is needed.
 */
final class LevelSwitchMutation implements Mutation {

    private static final int MOST_SWITCHES = 3;

    private final LevelSwitches switches;

    LevelSwitchMutation(SearchSpace space, Budget budget) {
        this(new LevelSwitches(space, budget));
    }

    LevelSwitchMutation(LevelSwitches switches) {
        this.switches = switches;
    }

    @Override
    public boolean anyFrom(Assignment parent) {
        return switches.anyFrom(parent);
    }

    @Override
    public Offspring mutate(Assignment parent, SplittableRandom random) {
        int count = 1 + Math.min(random.nextInt(MOST_SWITCHES), random.nextInt(MOST_SWITCHES));
        Assignment child = parent;
        for (int done = 0; done < count; done++) {
            child = switches.drawFrom(child, random);
        }
        return new Offspring(child, Operator.LEVEL_SWITCH);
    }
}
