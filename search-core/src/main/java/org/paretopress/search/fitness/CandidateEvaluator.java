package org.paretopress.search.fitness;

import java.util.List;
import org.paretopress.search.space.Assignment;

/** The seam between the search and whatever scores a candidate: a cluster, a thread pool, a formula. */
@FunctionalInterface
public interface CandidateEvaluator {

    /**
     * Scores every candidate on the text that {@code effort} stands for. The result is a function of candidate and
     * effort alone, not of the other candidates or of where they run.
     *
     * @param candidates distinct, not empty
     * @return one score per candidate, in the same order, all over the same sequences
     */
    List<Score> evaluate(List<Assignment> candidates, Effort effort);
}
