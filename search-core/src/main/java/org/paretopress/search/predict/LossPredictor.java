package org.paretopress.search.predict;

import java.util.ArrayList;
import java.util.List;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.SearchSpace;

/**
 * Predicts losses from the table of one-layer errors and from what was measured so far. Without observations the
 * prediction is the sum of the table; each observation moves it for the assignments that have much in common with it, see
 * {@link Affinities}. So it learns what errors of the table, and layers that act together, do to the loss.
 *
 * <p>The same observations in the same order give the same predictions, bit for bit. Not safe for use by several threads.
 */
public final class LossPredictor {

    /** The newest observations that count. Time to predict grows with their square, time to learn with their cube. */
    static final int REMEMBERED = 1000;

    /** The newest observations that hyperparameters are fitted to. */
    private static final int FITTED_TO = 300;

    private static final int FEWEST_TO_FIT = 20;

    /** How many times as many observations there are before hyperparameters are fitted again. */
    private static final double GROWTH = 1.5;

    private final TableShares shares;
    private final List<Observation> observations = new ArrayList<>();
    private Hyperparameters prior = Hyperparameters.DEFAULT;
    private long learnt;
    private long nextFit = FEWEST_TO_FIT;
    private Affinities affinities;
    private Posterior posterior;

    /**
     * @param errors [layer][level], finite and not negative: the loss with one layer at one level and all others dense, or
     *     anything proportional to it
     * @throws IllegalArgumentException naming the layer and level of an unusable error
     */
    public LossPredictor(SearchSpace space, double[][] errors) {
        this.shares = new TableShares(space, errors);
    }

    /**
     * Takes a measured loss in; at some numbers of observations the hyperparameters are fitted anew. A loss that has no
     * logarithm (zero and less, infinite, NaN) says nothing about other assignments and is not learnt, nor is one that is
     * remembered: a champion's that is asked for again is the same measurement.
     *
     * @param loss mean over the tokens; 0 is that of the dense model
     * @param tokens what it was measured on, at least 1
     * @param sample which text that was: losses of one sample were measured on the same text, or on parts of it that begin
     *     alike. Their differences are known better than the losses themselves
     * @return whether it was learnt
     * @throws IllegalArgumentException if the assignment is not of the search space, or there are no tokens
     */
    public boolean learn(Assignment assignment, double loss, long tokens, long sample) {
        if (tokens < 1) {
            throw new IllegalArgumentException("A loss of " + loss + " was measured on " + tokens
                    + " tokens.\nMaybe a stage was configured without tokens.");
        }
        double[] roots = shares.roots(assignment);
        if (!(loss > 0 && loss <= Double.MAX_VALUE)) {
            return false;
        }
        double logRatio = StrictMath.log(loss) - shares.logSum(assignment);
        Observation observation = new Observation(assignment, roots, logRatio, tokens, sample);
        if (observations.stream().anyMatch(observation::repeats)) {
            return false;
        }
        observations.add(observation);
        if (observations.size() > REMEMBERED) {
            observations.remove(0);
        }
        posterior = null;
        learnt++;
        if (learnt >= nextFit) {
            prior = fitted();
            nextFit = (long) Math.ceil(GROWTH * learnt);
        }
        return true;
    }

    /**
     * The expected logarithm of the loss alone, at a fraction of the time of {@link #predict}.
     *
     * @throws IllegalArgumentException if the assignment is not of the search space
     */
    public double meanLog(Assignment assignment) {
        double logSum = shares.logSum(assignment);
        refresh();
        return logSum + posterior.mean(covariances(assignment));
    }

    /** @throws IllegalArgumentException if the assignment is not of the search space */
    public Prediction predict(Assignment assignment) {
        double logSum = shares.logSum(assignment);
        refresh();
        double[] covariances = covariances(assignment);
        return new Prediction(logSum + posterior.mean(covariances), posterior.deviation(covariances));
    }

    Hyperparameters hyperparameters() {
        return prior;
    }

    private double[] covariances(Assignment assignment) {
        return posterior.covariances(affinities.of(assignment, shares.roots(assignment)));
    }

    private void refresh() {
        if (posterior == null) {
            affinities = new Affinities(shares, observations);
            posterior = new Posterior(prior, observations, between(affinities, observations));
        }
    }

    /** Climbs the grid from the present hyperparameters to where no neighbour is more plausible. */
    private Hyperparameters fitted() {
        List<Observation> newest =
                observations.subList(Math.max(0, observations.size() - FITTED_TO), observations.size());
        double[][] common = between(new Affinities(shares, newest), newest);
        Hyperparameters best = prior;
        double most = plausibility(best, newest, common);
        for (Hyperparameters before = null; !best.equals(before); ) {
            before = best;
            for (Hyperparameters neighbour : before.neighbours()) {
                double plausibility = plausibility(neighbour, newest, common);
                if (plausibility > most) {
                    most = plausibility;
                    best = neighbour;
                }
            }
        }
        return best;
    }

    /** Logarithm of prior times evidence. */
    private static double plausibility(Hyperparameters prior, List<Observation> observations, double[][] affinities) {
        return prior.logPrior() + new Posterior(prior, observations, affinities).logEvidence();
    }

    private static double[][] between(Affinities affinities, List<Observation> observations) {
        return observations.stream()
                .map(one -> affinities.of(one.assignment(), one.roots()))
                .toArray(double[][]::new);
    }
}
