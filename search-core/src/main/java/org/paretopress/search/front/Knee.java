package org.paretopress.search.front;

import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The point of a front where more bytes stop paying: the one farthest below the chord between the two ends, with size
 * and the logarithm of the loss each scaled to [0, 1] (the L-curve idea; Das, 1999, on the bulge of a front).
 *
 * <p>Where no point lies below the chord (two points, or a front that bulges the other way) there is none. A loss of zero or less has no logarithm and counts as a tenth of the smallest
 * positive loss.
 */
public final class Knee {

    private static final double ZERO_LOSS_SHARE = 0.1;

    /** Nearer to the chord than this is on it: rounding must not choose among the points of a straight front. */
    private static final double ON_CHORD = 1e-12;

    private Knee() {}

    /**
     * The knee, or the point of least loss where there is none.
     *
     * @throws IllegalArgumentException if there is no point
     */
    public static <P> ParetoPoint<P> of(Collection<ParetoPoint<P>> points) {
        List<ParetoPoint<P>> front = ParetoArchive.of(points).points();
        if (front.isEmpty()) {
            throw new IllegalArgumentException(
                    "An empty front has no knee.\nMaybe the search stopped before its first generation.");
        }
        return find(front).orElse(front.get(front.size() - 1));
    }

    /** Empty where no point lies below the chord. */
    public static <P> Optional<ParetoPoint<P>> find(Collection<ParetoPoint<P>> points) {
        List<ParetoPoint<P>> front = ParetoArchive.of(points).points();
        Optional<ParetoPoint<P>> knee = Optional.empty();
        double farthest = ON_CHORD;
        for (ParetoPoint<P> point : front) {
            double distance = distanceBelowChord(point, front);
            if (distance > farthest) {
                farthest = distance;
                knee = Optional.of(point);
            }
        }
        return knee;
    }

    /** Times √2; the scaled chord runs from (0, 1) to (1, 0). */
    private static <P> double distanceBelowChord(ParetoPoint<P> point, List<ParetoPoint<P>> front) {
        ParetoPoint<P> first = front.get(0);
        ParetoPoint<P> last = front.get(front.size() - 1);
        double floor = lossFloor(front);
        double size = scaled(point.sizeInBytes(), first.sizeInBytes(), last.sizeInBytes());
        double loss = scaled(logLoss(point, floor), logLoss(last, floor), logLoss(first, floor));
        return 1 - size - loss;
    }

    private static double scaled(double value, double low, double high) {
        return high > low ? (value - low) / (high - low) : 0;
    }

    private static double logLoss(ParetoPoint<?> point, double floor) {
        return Math.log(point.loss() > 0 ? point.loss() : floor);
    }

    private static <P> double lossFloor(List<ParetoPoint<P>> front) {
        return ZERO_LOSS_SHARE
                * front.stream()
                        .mapToDouble(ParetoPoint::loss)
                        .filter(loss -> loss > 0)
                        .min()
                        .orElse(1);
    }
}
