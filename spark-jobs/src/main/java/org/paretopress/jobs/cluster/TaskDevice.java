package org.paretopress.jobs.cluster;

import java.util.Arrays;
import java.util.Optional;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.resource.ExecutorResourceRequests;
import org.apache.spark.resource.ResourceInformation;
import org.apache.spark.resource.ResourceProfile;
import org.apache.spark.resource.ResourceProfileBuilder;
import org.apache.spark.resource.TaskResourceRequests;
import org.paretopress.jobs.InputException;
import org.paretopress.kernels.forward.SequenceScorer;
import org.paretopress.kernels.ops.Device;
import org.paretopress.kernels.ops.Precision;

/** The device that Spark gave a task. */
public final class TaskDevice {

    private static final String RESOURCE = "gpu";

    /** GPUs of a task, which may be a part of one. */
    static final String AMOUNT = "spark.task.resource." + RESOURCE + ".amount";

    /** What products on GPUs are computed in. */
    static final String PRECISION = "spark.paretopress.precision";

    /** For amounts such as a third, of which three are a little less than one. */
    private static final double ROUNDING = 1e-9;

    private TaskDevice() {}

    /** Of the task that runs on this thread: the first of its GPUs, or the CPU where it has none. */
    static Device current() {
        ResourceInformation gpus = TaskContext.get().resourcesJMap().get(RESOURCE);
        return gpus == null || gpus.addresses().length == 0
                ? Device.CPU
                : new Device(gpus.addresses()[0], precision(SparkEnv.get().conf()));
    }

    /** What products on GPUs are computed in. */
    public static Precision precision(SparkConf conf) {
        String name = conf.get(PRECISION, Precision.BFLOAT16.toString());
        return Arrays.stream(Precision.values())
                .filter(precision -> precision.toString().equals(name))
                .findFirst()
                .orElseThrow(() -> new InputException(
                        PRECISION + " is " + name + ".", "choose one of " + Arrays.toString(Precision.values()) + "."));
    }

    /** Sequences of a group, where a text is free to choose. */
    public static int together(SparkConf conf, int sequenceLength) {
        return SequenceScorer.together(sequenceLength, isGpu(conf));
    }

    /** How many tasks an executor may run on one GPU at once. */
    static int tasksOnAGpu(SparkConf conf) {
        int byAmount = (int) (1 / Double.parseDouble(conf.get(AMOUNT, "1")) + ROUNDING);
        int byCores = conf.getInt("spark.executor.cores", Integer.MAX_VALUE) / conf.getInt("spark.task.cpus", 1);
        return Math.max(1, Math.min(byAmount, byCores));
    }

    /**
     * How many tasks run at once: as many as there are cores or, where tasks ask for GPUs, as there are places on those of the executors
     * that are there.
     */
    public static int tasksAtOnce(JavaSparkContext spark) {
        int executors = spark.sc().statusTracker().getExecutorInfos().length - 1; // the driver is one of them
        return tasksAtOnce(spark.getConf(), spark.defaultParallelism(), executors);
    }

    /** @param cores of all executors */
    static int tasksAtOnce(SparkConf conf, int cores, int executors) {
        if (!isGpu(conf) || executors < 1) {
            return cores;
        }
        double gpus = Double.parseDouble(conf.get("spark.executor.resource." + RESOURCE + ".amount", "1"));
        double amount = Double.parseDouble(conf.get(AMOUNT));
        return Math.max(1, Math.min(cores, executors * (int) (gpus / amount + ROUNDING)));
    }

    /** Whether tasks ask for GPUs. */
    static boolean isGpu(SparkConf conf) {
        return Optional.ofNullable(conf.get(AMOUNT, null))
                .filter(amount -> !amount.matches("0*\\.?0*"))
                .isPresent();
    }

    /** Tasks that have no use for a GPU, see {@link #cpu}. */
    public static <T> JavaRDD<T> onCpu(JavaSparkContext spark, JavaRDD<T> tasks) {
        return cpu(spark).map(tasks::withResources).orElse(tasks);
    }

    /**
     * What tasks ask for that have no use for a GPU, so that as many run at once as there are cores: on the executors that are there
     * or, where Spark starts executors by need, on ones without GPUs.
     *
     * @return nothing where no task asks for a GPU
     */
    private static Optional<ResourceProfile> cpu(JavaSparkContext spark) {
        SparkConf conf = spark.getConf();
        if (!isGpu(conf)) {
            return Optional.empty();
        }
        ResourceProfileBuilder profile = new ResourceProfileBuilder()
                .require(new TaskResourceRequests().cpus(conf.getInt("spark.task.cpus", 1)));
        if (conf.getBoolean("spark.dynamicAllocation.enabled", false)) {
            profile.require(new ExecutorResourceRequests().cores(conf.getInt("spark.executor.cores", 1)));
        }
        ResourceProfile built = profile.build();
        return Optional.of(
                spark.sc().resourceProfileManager().getEquivalentProfile(built).getOrElse(() -> built));
    }
}
