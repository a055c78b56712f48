package org.paretopress.search.evolve;

import java.util.SplittableRandom;
import org.paretopress.search.space.Assignment;

/** A random change of an assignment that keeps to the bounds it was made for. */
interface Mutation {

    /** Whether any change is legal. */
    boolean anyFrom(Assignment parent);

    /**
     * The offspring; it equals the parent where changes cancel out.
     *
     * @throws IllegalArgumentException if no change is legal
     */
    Offspring mutate(Assignment parent, SplittableRandom random);
}
