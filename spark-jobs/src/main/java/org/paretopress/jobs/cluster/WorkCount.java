package org.paretopress.jobs.cluster;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.spark.api.java.JavaSparkContext;
import org.paretopress.jobs.run.Work;

/** What was evaluated so far, for provenance. Counted on the driver, so retries of tasks do not count twice. */
public final class WorkCount {

    private final Map<String, String> infeasible = new TreeMap<>();
    private final Set<String> toldKernels = new TreeSet<>();
    private final Consumer<String> told;
    private Work total = Work.NONE;
    private ExecutorCounters executors;

    /** @param told hears which kernels compute, once each, as soon as the first tasks that use them have ended */
    public WorkCount(Consumer<String> told) {
        this.told = told;
    }

    /** Counts what was done now, or by an interrupted process before this one went on. */
    public void add(Work work) {
        total = total.plus(work);
        tasksByKernels().keySet().forEach(this::tellKernels);
    }

    /** Tasks compute with these kernels. */
    void tellKernels(String description) {
        if (toldKernels.add(description)) {
            told.accept("kernels: " + description);
        }
    }

    public Work total() {
        return total;
    }

    /** Where tasks of this run report how well their caches serve, and with what they compute. */
    ExecutorCounters executors(JavaSparkContext spark) {
        if (executors == null) {
            executors = ExecutorCounters.of(spark);
        }
        return executors;
    }

    /** Hits and misses of the caches of executors by name, of this process; retries of tasks do not count. */
    public Map<String, Long> cacheCounts() {
        Map<String, Long> counts = executorCounts();
        counts.keySet().removeIf(name -> name.startsWith(ExecutorCounters.KERNELS));
        return counts;
    }

    /** How many tasks of this process computed with which kernels, on which device, and why not on a GPU that they had. */
    public Map<String, Long> tasksByKernels() {
        Map<String, Long> counts = new TreeMap<>();
        executorCounts().forEach((name, count) -> {
            if (name.startsWith(ExecutorCounters.KERNELS)) {
                counts.put(name.substring(ExecutorCounters.KERNELS.length()), count);
            }
        });
        return counts;
    }

    private Map<String, Long> executorCounts() {
        return executors == null ? new TreeMap<>() : executors.value();
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
