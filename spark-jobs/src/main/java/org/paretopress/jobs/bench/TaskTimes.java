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
import org.paretopress.jobs.cluster.TaskDevice;
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

    /** What the stages so far would have taken one after the other, each with all places and nothing but its tasks. */
    double secondsOfTasks() {
        hearAll();
        int places = places();
        synchronized (this) {
            return tasksByStage.values().stream()
                            .mapToLong(tasks -> makespan(inOrder(tasks), places))
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

    /** Time until the last of some tasks has ended, where a place that is free takes the next one. */
    static long makespan(List<Long> tasks, int places) {
        PriorityQueue<Long> free = new PriorityQueue<>();
        long last = 0;
        for (long task : tasks) {
            long start = free.size() < places ? 0 : free.remove();
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

    /** Where tasks run at once: the cores of all executors or, where tasks ask for GPUs, as many as these take. */
    private int places() {
        int cores = CollectionConverters.asJava(spark.sc().statusStore().executorList(true)).stream()
                .mapToInt(executor -> executor.totalCores())
                .sum();
        return Math.min(cores, TaskDevice.tasksAtOnce(spark));
    }

    @Override
    public void close() {
        spark.sc().removeSparkListener(this);
    }
}
