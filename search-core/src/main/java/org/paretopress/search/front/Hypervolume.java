package org.paretopress.search.front;

import java.util.Collection;

/**
 * The area that a front dominates below a reference point, in bytes times loss: one number to compare fronts by,
 * larger is better (Zitzler and Thiele, 1999; here for two minimised objectives, where it is a sum of rectangles).
 *
 * @param referenceSizeInBytes points at least this large count nothing
 * @param referenceLoss points with at least this loss count nothing; finite
 */
public record Hypervolume(long referenceSizeInBytes, double referenceLoss) {

    public Hypervolume {
        if (!Double.isFinite(referenceLoss)) {
            throw new IllegalArgumentException("The reference loss is " + referenceLoss
                    + ".\nMaybe take the loss of the smallest uniform assignment.");
        }
    }

    /** Area for any set of points, dominated ones included; 0 for none. */
    public <P> double of(Collection<ParetoPoint<P>> points) {
        double area = 0;
        double ceiling = referenceLoss;
        for (ParetoPoint<P> point : ParetoArchive.of(points).points()) {
            if (point.sizeInBytes() < referenceSizeInBytes && point.loss() < ceiling) {
                area += (double) (referenceSizeInBytes - point.sizeInBytes()) * (ceiling - point.loss());
                ceiling = point.loss();
            }
        }
        return area;
    }
}
