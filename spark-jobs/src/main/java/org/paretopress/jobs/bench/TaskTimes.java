package org.paretopress.jobs.bench;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import scala.jdk.javaapi.CollectionConverters;

/** Hears, while it is open, how long the tasks of each stage ran on executors. */
final class TaskTimes extends SparkListener implements AutoCloseable {

    /** Executors run so long until their tasks are heard of; a listener hears in order, but later. */
    private static final long MILLISECONDS_TO_HEAR = 60_000;

    private final JavaSparkContext spark;
    private final Map<Integer, List<TaskTime>> tasksByStage = new TreeMap<>();

    private record TaskTime(long launch, int index, long milliseconds) {}

    TaskTimes(JavaSparkContext spark) {
        this.spark = spark;
        spark.sc().addSparkListener(this);
    }

    @Override
    public synchronized void onTaskEnd(SparkListenerTaskEnd end) {
        if (end.taskInfo().successful() && end.taskMetrics() != null) {
            tasksByStage
                    .computeIfAbsent(end.stageId(), unused -> new ArrayList<>())
                    .add(new TaskTime(
                            end.taskInfo().launchTime(),
                            end.taskInfo().index(),
                            end.taskMetrics().executorRunTime()));
        }
    }

    /** What the stages so far would have taken one after the other, each with all cores and nothing but its tasks. */
    double secondsOfTasks() {
        hearAll();
        int cores = cores();
        synchronized (this) {
            return tasksByStage.values().stream()
                            .mapToLong(tasks -> makespan(inOrder(tasks), cores))
                            .sum()
                    / 1e3;
        }
    }

    private static List<Long> inOrder(List<TaskTime> tasks) {
        return tasks.stream()
                .sorted(Comparator.comparingLong(TaskTime::launch).thenComparingInt(TaskTime::index))
                .map(TaskTime::milliseconds)
                .toList();
    }

    /** Time until the last of some tasks has ended, where a core that is free takes the next one. */
    static long makespan(List<Long> tasks, int cores) {
        PriorityQueue<Long> free = new PriorityQueue<>();
        long last = 0;
        for (long task : tasks) {
            long start = free.size() < cores ? 0 : free.remove();
            free.add(start + task);
            last = Math.max(last, start + task);
        }
        return last;
    }

    private void hearAll() {
        try {
            spark.sc().listenerBus().waitUntilEmpty(MILLISECONDS_TO_HEAR);
        } catch (java.util.concurrent.TimeoutException e) {
            throw new IllegalStateException("The benchmark could not keep up with its tasks.", e);
        }
    }

    /** Of all executors. */
    private int cores() {
        return CollectionConverters.asJava(spark.sc().statusStore().executorList(true)).stream()
                .mapToInt(executor -> executor.totalCores())
                .sum();
    }

    @Override
    public void close() {
        spark.sc().removeSparkListener(this);
    }
}
