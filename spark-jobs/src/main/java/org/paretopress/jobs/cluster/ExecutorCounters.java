package org.paretopress.jobs.cluster;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.AccumulatorV2;
import org.paretopress.kernels.forward.BoundedCache.Counts;

/**
 * What executors count, by name. One accumulator for all: each that a task carries costs the driver time at every task.
 *
 * <p>Of a task that is tried again only the attempt counts that succeeded.
 */
final class ExecutorCounters extends AccumulatorV2<Map<String, Long>, Map<String, Long>> {

    private static final long serialVersionUID = 1L;

    /** Begins the names of what counts tasks by the kernels they computed with. */
    static final String KERNELS = "kernels ";

    private final ConcurrentSkipListMap<String, Long> counts = new ConcurrentSkipListMap<>();

    static ExecutorCounters of(JavaSparkContext spark) {
        ExecutorCounters counters = new ExecutorCounters();
        spark.sc().register(counters, "executors");
        return counters;
    }

    /** A task has ended. */
    void add(String kernels, Counts weights, Counts predictions) {
        add(Map.of(
                KERNELS + kernels,
                1L,
                "weightCacheHits",
                weights.hits(),
                "weightCacheMisses",
                weights.misses(),
                "predictionCacheHits",
                predictions.hits(),
                "predictionCacheMisses",
                predictions.misses()));
    }

    @Override
    public void add(Map<String, Long> more) {
        more.forEach((name, count) -> counts.merge(name, count, Long::sum));
    }

    @Override
    public void merge(AccumulatorV2<Map<String, Long>, Map<String, Long>> other) {
        add(other.value());
    }

    @Override
    public Map<String, Long> value() {
        return new TreeMap<>(counts);
    }

    @Override
    public boolean isZero() {
        return counts.isEmpty();
    }

    @Override
    public ExecutorCounters copy() {
        ExecutorCounters copy = new ExecutorCounters();
        copy.add(value());
        return copy;
    }

    @Override
    public void reset() {
        counts.clear();
    }
}
