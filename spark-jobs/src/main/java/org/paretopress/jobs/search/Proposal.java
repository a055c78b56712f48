package org.paretopress.jobs.search;

import org.paretopress.search.space.Assignment;

/**
 * What a strategy found at a budget, and what it spent on the way.
 *
 * @param id of the point it becomes
 */
record Proposal(String id, String strategy, Assignment assignment, long evaluations, long tokensEvaluated) {}
