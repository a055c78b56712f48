package org.paretopress.search.front;

/**
 * One point of a front; both objectives are minimised.
 *
 * @param sizeInBytes bytes of the compressed model, not negative
 * @param loss lower is better; not NaN
 * @param payload what the point stands for
 */
public record ParetoPoint<P>(long sizeInBytes, double loss, P payload) {

    public ParetoPoint {
        if (Double.isNaN(loss) || sizeInBytes < 0) {
            throw new IllegalArgumentException("The point '" + payload + "' has a size of " + sizeInBytes
                    + " bytes and the loss " + loss + ".\nMaybe the compressed model overflows; score it alone.");
        }
    }
}
