package org.paretopress.jobs.cluster;

import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.paretopress.jobs.run.Progress;

/** Moves a progress step along as the cluster's tasks end, for as long as it is open. */
public final class TaskProgress extends SparkListener implements AutoCloseable {

    private final JavaSparkContext spark;
    private final Progress.Step step;

    /** @param tasks how many tasks will end */
    public TaskProgress(JavaSparkContext spark, Progress progress, String name, int tasks) {
        this.spark = spark;
        this.step = progress.start(name, tasks);
        spark.sc().addSparkListener(this);
    }

    @Override
    public void onTaskEnd(SparkListenerTaskEnd end) {
        if (end.taskInfo().successful()) {
            step.advance("");
        }
    }

    @Override
    public void close() {
        spark.sc().removeSparkListener(this);
        step.close();
    }
}
