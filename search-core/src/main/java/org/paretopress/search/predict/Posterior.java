package org.paretopress.search.predict;

import java.util.List;

/** A Gaussian process after some observations (Rasmussen, Williams, Algorithm 2.1). */
final class Posterior {

    /** Added to the variance of every observation, so that exact repetitions can be told apart. */
    private static final double JITTER = 1e-9;

    private final Hyperparameters prior;
    private final UpperFactor factor;
    private final double[] weights;
    private final double logEvidence;

    /** @param affinities [n][n] between the observations; what is on and above the diagonal is read */
    Posterior(Hyperparameters prior, List<Observation> observations, double[][] affinities) {
        int size = observations.size();
        this.prior = prior;
        double[][] covariance = new double[size][size];
        for (int i = 0; i < size; i++) {
            for (int j = i; j < size; j++) {
                covariance[i][j] = prior.covariance(affinities[i][j], observations.get(i), observations.get(j));
            }
            covariance[i][i] += JITTER;
        }
        this.factor = UpperFactor.of(covariance);
        this.weights = observations.stream().mapToDouble(Observation::logRatio).toArray();
        factor.solve(weights);
        double fit = 0;
        for (int i = 0; i < size; i++) {
            fit += weights[i] * observations.get(i).logRatio();
        }
        this.logEvidence = -0.5 * fit - factor.halfLogDeterminant();
    }

    /** Logarithm of the density of the observations under the prior, up to a constant of their number. */
    double logEvidence() {
        return logEvidence;
    }

    /** Covariances of an assignment's logarithm with every observation, [n]; overwrites its affinities. */
    double[] covariances(double[] affinities) {
        for (int i = 0; i < affinities.length; i++) {
            affinities[i] = prior.covariance(affinities[i]);
        }
        return affinities;
    }

    /** @param covariances with every observation, [n] */
    double mean(double[] covariances) {
        double mean = 0;
        for (int i = 0; i < weights.length; i++) {
            mean += weights[i] * covariances[i];
        }
        return mean;
    }

    /** Standard deviation of the logarithm itself, on all text; overwrites the covariances, [n]. */
    double deviation(double[] covariances) {
        factor.solveTransposed(covariances);
        double variance = prior.variance();
        for (double explained : covariances) {
            variance -= explained * explained;
        }
        return Math.sqrt(Math.max(0, variance));
    }
}
