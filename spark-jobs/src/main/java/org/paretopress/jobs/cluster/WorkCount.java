package org.paretopress.jobs.cluster;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaSparkContext;
import org.paretopress.jobs.run.Work;

/** What was evaluated so far, for provenance. Counted on the driver, so retries of tasks do not count twice. */
public final class WorkCount {

    private final Map<String, String> infeasible = new TreeMap<>();
    private Work total = Work.NONE;
    private CacheCounters caches;

    /** Counts what was done now, or by an interrupted process before this one went on. */
    public void add(Work work) {
        total = total.plus(work);
    }

    public Work total() {
        return total;
    }

    /** Where tasks of this run report how well their caches serve. */
    CacheCounters caches(JavaSparkContext spark) {
        if (caches == null) {
            caches = CacheCounters.of(spark);
        }
        return caches;
    }

    /** Hits and misses of the caches of executors by name, of this process; retries of tasks do not count. */
    public Map<String, Long> cacheCounts() {
        return caches == null ? Map.of() : caches.values();
    }

    /** A candidate that could not be scored on some text, by its level names. */
    void addInfeasible(String levels, String reason) {
        infeasible.putIfAbsent(levels, reason);
    }

    /** Why candidates could not be scored, by their level names in layer order. */
    public Map<String, String> infeasible() {
        return Collections.unmodifiableMap(infeasible);
    }
}
