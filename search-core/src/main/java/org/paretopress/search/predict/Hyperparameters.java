package org.paretopress.search.predict;

import java.util.ArrayList;
import java.util.List;

/**
 * The prior of a Gaussian process on the logarithm of loss over summed error (Rasmussen, Williams: Gaussian processes for
 * machine learning, 2006). Two observations of affinity s covary by
 *
 * <pre>unit² + k·(1 + [same text]·textShare²/tokens) + [same text]·textOffset²/tokens + [same text and assignment]·noise²/tokens
 * k = scale²·exp((s − 1)/reach)</pre>
 *
 * <p>Of two texts of one sample the shorter is a part of the longer; the means over both covary by what one token
 * varies, over the larger of the two numbers of tokens.
 *
 * <p>The unit is a constant that all losses share: what the table's unit is worth. A large reach makes effects of layers
 * add up; a small one lets pairs and more of them act together, since the exponential holds every power of s.
 *
 * @param scale standard deviation of the logarithm around the table
 * @param reach difference in affinity over which the deviation is forgotten
 * @param textOffset deviation that all losses on one text share, times √tokens
 * @param textShare deviation of a text from all text, in parts of the scale, times √tokens
 * @param noise deviation that nothing explains, times √tokens
 */
record Hyperparameters(double scale, double reach, double textOffset, double textShare, double noise) {

    /** Where nothing is known yet. */
    static final Hyperparameters DEFAULT = new Hyperparameters(0.1, 1, 2, 30, 0.3);

    /** Deviation of the logarithm of the table's unit: a factor of 20 either way is likely. */
    private static final double UNIT = 3;

    /** Steps of a grid that the numbers stay on, and bounds that keep them where data can tell. */
    private static final double STEP = 3;

    private static final Hyperparameters LEAST = new Hyperparameters(0.01, 0.1, 0.2, 3, 0.03);
    private static final Hyperparameters GREATEST = new Hyperparameters(3, 30, 20, 100, 10);

    /** Natural logarithm of the factor by which a number is off the default as a matter of course. */
    private static final double SPREAD = 1.5;

    /** Covariance of the logarithms themselves, apart from text. */
    double covariance(double affinity) {
        return UNIT * UNIT + deviating(affinity);
    }

    /** Variance of the logarithm itself. */
    double variance() {
        return UNIT * UNIT + scale * scale;
    }

    private double deviating(double affinity) {
        return scale * scale * StrictMath.exp((affinity - 1) / reach);
    }

    /** Covariance of measured values. */
    double covariance(double affinity, Observation one, Observation other) {
        double deviating = deviating(affinity);
        double covariance = UNIT * UNIT + deviating;
        if (one.sample() == other.sample()) {
            double tokens = Math.max(one.tokens(), other.tokens());
            covariance += (textOffset * textOffset + textShare * textShare * deviating) / tokens;
            covariance += one.sharesNoiseWith(other) ? noise * noise / tokens : 0;
        }
        return covariance;
    }

    /** Those that differ in one number by a step of the grid. */
    List<Hyperparameters> neighbours() {
        List<Hyperparameters> neighbours = new ArrayList<>();
        double[] own = numbers();
        for (int i = 0; i < own.length; i++) {
            for (double factor : new double[] {1 / STEP, STEP}) {
                double[] changed = own.clone();
                changed[i] *= factor;
                if (changed[i] >= LEAST.numbers()[i] && changed[i] <= GREATEST.numbers()[i]) {
                    neighbours.add(new Hyperparameters(changed[0], changed[1], changed[2], changed[3], changed[4]));
                }
            }
        }
        return neighbours;
    }

    /** Logarithm of how likely these are before any observation, up to a constant: log-normal around the default. */
    double logPrior() {
        double[] own = numbers();
        double[] usual = DEFAULT.numbers();
        double squares = 0;
        for (int i = 0; i < own.length; i++) {
            double off = StrictMath.log(own[i] / usual[i]) / SPREAD;
            squares += off * off;
        }
        return -0.5 * squares;
    }

    private double[] numbers() {
        return new double[] {scale, reach, textOffset, textShare, noise};
    }
}
