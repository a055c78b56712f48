package org.paretopress.search.predict;

/**
 * What is expected of an assignment that need not have been scored.
 *
 * @param meanLog expected natural logarithm of the loss
 * @param deviation standard deviation of that logarithm; 0.05 is about 5 % of the loss
 */
public record Prediction(double meanLog, double deviation) {

    /** The loss that is as likely too low as too high. */
    public double loss() {
        return StrictMath.exp(meanLog);
    }
}
