package org.paretopress.jobs.run;

import java.util.Map;

/**
 * One scored assignment, as {@code front.json} and {@code baselines.json} hold it.
 *
 * @param id short name, unique within the run
 * @param strategy what proposed it, such as {@code evopress}, {@code allocation} or {@code uniform}
 * @param sizeInBytes size of the whole model: packed layers plus embeddings, norms and head
 * @param averageBits mean nominal bit-width over the compressible weights
 * @param calibration quality on the whole calibration text
 * @param holdout quality on text the search never saw
 * @param assignment level name by layer name, in layer order
 */
public record FrontPoint(
        String id,
        String strategy,
        long sizeInBytes,
        double averageBits,
        Quality calibration,
        Quality holdout,
        Map<String, String> assignment) {

    /**
     * Quality against the dense model.
     *
     * @param kl mean Kullback-Leibler divergence from the dense model, in nats per predicted token
     * @param perplexity exp of the mean negative log-likelihood per predicted token
     */
    public record Quality(double kl, double perplexity) {}
}
