package org.paretopress.search.evolve;

/**
 * What became of one operator's offspring in a generation.
 *
 * @param operator the last that was applied to them
 * @param offspring distinct ones that were bred
 * @param accepted of these, those that became one of the best
 */
public record OperatorOutcome(Operator operator, int offspring, int accepted) {}
