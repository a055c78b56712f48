package org.paretopress.search.evolve;

import org.paretopress.search.space.Assignment;

/**
 * A changed assignment.
 *
 * @param operator what changed it last; null for one that nothing can change
 */
record Offspring(Assignment assignment, Operator operator) {}
