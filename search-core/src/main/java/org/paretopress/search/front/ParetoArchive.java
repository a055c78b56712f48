package org.paretopress.search.front;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The all-time front: no point in it is at least as good as another in both size and loss. Of two points equal in both
 * the one that came first stays. Not thread-safe; the driver alone adds to it.
 */
public final class ParetoArchive<P> {

    /** By size; losses fall strictly from one entry to the next. */
    private final TreeMap<Long, ParetoPoint<P>> front = new TreeMap<>();

    /** An archive that was offered all these points, in their order. */
    public static <P> ParetoArchive<P> of(Collection<ParetoPoint<P>> points) {
        ParetoArchive<P> archive = new ParetoArchive<>();
        points.forEach(archive::add);
        return archive;
    }

    /** Offers a point; true if it is on the front now. Points it dominates leave. */
    public boolean add(ParetoPoint<P> point) {
        Map.Entry<Long, ParetoPoint<P>> notLarger = front.floorEntry(point.sizeInBytes());
        if (notLarger != null && notLarger.getValue().loss() <= point.loss()) {
            return false;
        }
        front.tailMap(point.sizeInBytes(), true).values().removeIf(other -> other.loss() >= point.loss());
        front.put(point.sizeInBytes(), point);
        return true;
    }

    public boolean add(long sizeInBytes, double loss, P payload) {
        return add(new ParetoPoint<>(sizeInBytes, loss, payload));
    }

    /** The front now, from the smallest size (highest loss) to the largest (lowest loss); immutable. */
    public List<ParetoPoint<P>> points() {
        return List.copyOf(new ArrayList<>(front.values()));
    }
}
