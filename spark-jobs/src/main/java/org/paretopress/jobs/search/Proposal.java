package org.paretopress.jobs.search;

import org.paretopress.search.evolve.Generation;
import org.paretopress.search.space.Assignment;

/** What a strategy found at a budget, and what it spent on the way. */
record Proposal(String strategy, Assignment assignment, long evaluations, long tokensEvaluated) {

    /** A strategy that scores nothing. */
    static Proposal free(String strategy, Assignment assignment) {
        return new Proposal(strategy, assignment, 0, 0);
    }

    /** A strategy that needs errors of layers. */
    static Proposal of(String strategy, Assignment assignment, LayerErrors errors) {
        return new Proposal(strategy, assignment, errors.evaluations(), errors.tokensEvaluated());
    }

    static Proposal of(String strategy, Generation last) {
        return new Proposal(strategy, last.parent(), last.evaluations(), last.tokensEvaluated());
    }
}
