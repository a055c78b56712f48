package org.paretopress.jobs.cluster;

import java.util.List;
import java.util.function.ToDoubleFunction;
import org.paretopress.kernels.forward.Loss;
import org.paretopress.search.fitness.Score;

/**
 * What one candidate lost on the sequences it was scored on.
 *
 * @param bySequence in an order that is the same for all candidates
 * @param tokensEvaluated tokens that this run had not asked about for this candidate before
 */
public record SequenceLosses(List<Loss> bySequence, long tokensEvaluated) {

    /** Added up in order. */
    public Loss sum() {
        return bySequence.stream().reduce(Loss.NONE, Loss::plus);
    }

    /** As the search sees it. */
    public Score score(ToDoubleFunction<Loss> measure) {
        return new Score(bySequence.stream().mapToDouble(measure).toArray(), tokensEvaluated);
    }
}
