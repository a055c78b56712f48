package org.paretopress.search.front;

import java.util.Collection;
import java.util.List;

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

    /** Below the largest size and the largest loss of all fronts, so that no point of any is left out for being too large. */
    public static <P> Hypervolume below(List<? extends Collection<ParetoPoint<P>>> fronts) {
        List<ParetoPoint<P>> all = fronts.stream().flatMap(Collection::stream).toList();
        long size = all.stream().mapToLong(ParetoPoint::sizeInBytes).max().orElseThrow();
        double loss = all.stream().mapToDouble(ParetoPoint::loss).max().orElseThrow();
        return new Hypervolume(Math.addExact(size, 1), loss);
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
