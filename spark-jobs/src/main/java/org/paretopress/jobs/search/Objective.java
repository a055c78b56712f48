package org.paretopress.jobs.search;

import org.paretopress.jobs.config.RunConfig;
import org.paretopress.jobs.config.RunConfig.FitnessMeasure;
import org.paretopress.jobs.run.FrontPoint.Quality;
import org.paretopress.kernels.forward.Loss;
import org.paretopress.kernels.ops.Divergence;

/**
 * What a search minimises.
 *
 * @param divergence how it compares candidates with the dense model; null where it does not
 */
record Objective(FitnessMeasure fitness, Divergence divergence) {

    static Objective of(RunConfig.Search search) {
        return new Objective(
                search.fitness(),
                switch (search.fitness()) {
                    case kl -> Divergence.FULL;
                    case sparseKl -> new Divergence.TopTokens(search.sparseKl().top(), tail(search.sparseKl()));
                    case perplexity -> null;
                });
    }

    private static Divergence.Tail tail(RunConfig.SparseKl sparse) {
        return switch (sparse.tail()) {
            case bucket -> Divergence.Tail.BUCKET;
            case renormalized -> Divergence.Tail.RENORMALIZED;
        };
    }

    /** Of a candidate on a sequence, in nats per predicted token; means over sequences are compared. */
    double of(Loss loss) {
        return fitness == FitnessMeasure.perplexity ? loss.meanNll() : loss.meanKl();
    }

    /** A mean of {@link #of(Loss)} in the unit people know. */
    double shown(double loss) {
        return fitness == FitnessMeasure.perplexity ? Math.exp(loss) : loss;
    }

    /** Of a point that is reported: divergences are full there. */
    double of(Quality quality) {
        return fitness == FitnessMeasure.perplexity ? quality.perplexity() : quality.kl();
    }
}
