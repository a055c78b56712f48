package org.paretopress.search.predict;

import org.paretopress.search.space.Assignment;

/**
 * A measured loss, as a deviation from the table.
 *
 * @param roots square roots of the layers' shares of the summed error, [layers]
 * @param logRatio natural logarithm of loss over summed error
 * @param tokens what the loss is the mean of
 * @param sample which text; of two observations of one sample, that of fewer tokens saw a part of the other's
 */
record Observation(Assignment assignment, double[] roots, double logRatio, long tokens, long sample) {

    /** Whether it is the same assignment on the same text, or one on a part of the other's. */
    boolean sharesNoiseWith(Observation other) {
        return sample == other.sample && assignment.equals(other.assignment);
    }

    /** Whether it is the same measurement. */
    boolean repeats(Observation other) {
        return tokens == other.tokens && sharesNoiseWith(other);
    }
}
