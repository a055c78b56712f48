package org.paretopress.jobs.cluster;

import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.paretopress.jobs.storage.LocalCopies;
import org.paretopress.jobs.storage.Storage;
import org.paretopress.kernels.forward.BackwardPass;
import org.paretopress.kernels.forward.BoundedCache;
import org.paretopress.kernels.forward.FixedWeights;
import org.paretopress.kernels.forward.LayerWeights;
import org.paretopress.kernels.forward.SequenceScorer;
import org.paretopress.kernels.forward.WeightCache;
import org.paretopress.kernels.levels.LevelDatabase;
import org.paretopress.kernels.model.ModelConfig;
import org.paretopress.kernels.model.ModelFile;
import org.paretopress.kernels.ops.DensePrediction;
import org.paretopress.kernels.ops.Device;
import org.paretopress.kernels.ops.Divergence;
import org.paretopress.kernels.ops.Kernels;
import org.paretopress.kernels.ops.TensorOps;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one model that an executor JVM holds for each device: opened by the first task that needs it, shared by all on that device.
 *
 * <p>Memory of a device, off the heap of the JVM where that is the CPU: the fixed weights, and what {@link MemoryPlan} says.
 */
public final class ExecutorModel {

    private static final Logger LOG = LoggerFactory.getLogger(ExecutorModel.class);

    /** The per-executor holder: what is held of each device. */
    private static final Map<Device, Held> HELD = new HashMap<>();

    /** A device, for the life of this JVM: what computes there, an engine that takes weights in, and the model of the day. */
    private static final class Held {
        private final Kernels kernels;
        private final TensorOps loader;
        private ExecutorModel model;

        Held(Device device) {
            this.kernels = Kernels.on(device);
            this.loader = kernels.open();
        }

        void giveUpOthers(Source wanted) {
            if (model != null && !model.source.equals(wanted)) {
                model.givenUp = true;
                model.closeIdle(unused -> true);
                model = null;
            }
        }
    }

    /**
     * What to open.
     *
     * @param model folder of the model, qualified
     * @param levels folder of the level database, qualified, or empty where only the dense model is asked for
     */
    public record Source(String model, String levels) implements Serializable {

        /** The dense model alone. */
        public static Source dense(String model) {
            return new Source(model, "");
        }
    }

    /** A sequence of a text, and what is asked of its prediction: what dense predictions are kept by. */
    private record PredictionKey(String text, int sequence, Divergence divergence) {}

    /** What a scorer is made for. */
    private record Groups(int sequenceLength, int together) {}

    private final Source source;
    private final Kernels kernels;
    private final ModelFile model;
    private final FixedWeights fixed;
    private final WeightCache weights;
    private final BoundedCache<PredictionKey, DensePrediction> predictions;
    private final ConcurrentMap<Groups, Queue<SequenceScorer>> idleScorers = new ConcurrentHashMap<>();
    private volatile boolean givenUp;

    private ExecutorModel(Source source, Device device, Kernels kernels, TensorOps ops) {
        LocalCopies copies = new LocalCopies(Storage.ofApplication());
        this.source = source;
        this.kernels = kernels;
        this.model = ModelFile.open(copies.of(new Path(source.model())));
        LevelDatabase levels =
                source.levels().isEmpty() ? null : LevelDatabase.open(copies.of(new Path(source.levels())));
        this.fixed = FixedWeights.load(model, ops);
        MemoryPlan plan = MemoryPlan.of(
                ops.freeBytes(),
                device,
                TaskDevice.tasksOnAGpu(SparkEnv.get().conf()),
                config(),
                levels == null ? 0 : levels.manifest().sizeInBytes());
        if (device.isGpu()) {
            LOG.info("{}: {}", kernels.description(), plan);
        }
        this.weights = new WeightCache(model, levels, ops, plan.weightBytes());
        this.predictions = new BoundedCache<>(DensePrediction::sizeInBytes, plan.predictionBytes());
    }

    /** The model of this JVM on the device of the task that asks; opened now if it is not held already. Another model is given up. */
    public static synchronized ExecutorModel of(Source source) {
        Device device = TaskDevice.current();
        HELD.values().forEach(held -> held.giveUpOthers(source));
        Held held = HELD.computeIfAbsent(device, Held::new);
        if (held.model == null) {
            held.model = new ExecutorModel(source, device, held.kernels, held.loader);
        }
        return held.model;
    }

    /**
     * The kinds of kernels that tasks compute with, once each, in alphabetical order. Where tasks have GPUs, some of them are asked; then
     * their models are open.
     *
     * @param work told which kernels they are, and why not on a GPU
     */
    public static List<String> kernels(JavaSparkContext spark, Source source, WorkCount work) {
        if (!TaskDevice.isGpu(spark.getConf())) {
            return List.of(Kernels.CPU);
        }
        List<Integer> tasks =
                IntStream.range(0, TaskDevice.tasksAtOnce(spark)).boxed().toList();
        List<String[]> kernels = spark.parallelize(tasks, tasks.size())
                .map(task -> {
                    Kernels own = ExecutorModel.of(source).kernels;
                    return new String[] {own.kind(), own.description()};
                })
                .collect();
        kernels.forEach(own -> work.tellKernels(own[1]));
        return kernels.stream().map(own -> own[0]).distinct().sorted().toList();
    }

    public ModelConfig config() {
        return model.config();
    }

    /** The weights of a candidate: one level name a layer, in model order. */
    public LayerWeights candidate(String[] levels) {
        return weights.candidate(levels);
    }

    /** The original weights. */
    public LayerWeights dense() {
        return weights.dense();
    }

    /** A task has ended: reports its kernels, and what the caches did since this was last called. */
    void count(ExecutorCounters counters) {
        counters.add(kernels.description(), weights.takeCounts(), predictions.takeCounts());
    }

    /** The original weights of one layer, row by row. */
    public float[] layer(String name) {
        return model.read(name + ".weight");
    }

    /**
     * Lends a scorer to this thread.
     *
     * @param together sequences of a group at most
     */
    public <R> R withScorer(int sequenceLength, int together, Function<SequenceScorer, R> user) {
        Groups wanted = new Groups(sequenceLength, together);
        Queue<SequenceScorer> idle = idleScorers.computeIfAbsent(wanted, unused -> new ConcurrentLinkedQueue<>());
        SequenceScorer waiting = idle.poll();
        if (waiting == null) {
            closeIdle(groups -> !groups.equals(wanted)); // their memory may be needed
        }
        SequenceScorer scorer = waiting != null
                ? waiting
                : new SequenceScorer(config(), fixed, kernels.open(), sequenceLength, together);
        try {
            return user.apply(scorer);
        } finally {
            if (givenUp) {
                scorer.close();
            } else {
                idle.add(scorer);
            }
        }
    }

    private void closeIdle(Predicate<Groups> unwanted) {
        idleScorers.forEach((groups, idle) -> {
            if (unwanted.test(groups)) {
                for (SequenceScorer scorer = idle.poll(); scorer != null; scorer = idle.poll()) {
                    scorer.close();
                }
            }
        });
    }

    /** Workspaces of a pass forward and back, for the caller to close. */
    public BackwardPass backwardPass(int sequenceLength) {
        return new BackwardPass(config(), fixed, kernels.open(), sequenceLength);
    }

    /**
     * Lends what the dense model predicts for a sequence. Sequences go through the dense model one by one, so that a
     * prediction does not depend on who asks for it first.
     *
     * @param text fingerprint of the text
     * @param sequence its number within the text
     * @param scorer computes what is missing
     */
    void lendDensePrediction(
            String text,
            int sequence,
            int[] tokens,
            Divergence divergence,
            SequenceScorer scorer,
            Consumer<DensePrediction> user) {
        PredictionKey key = new PredictionKey(text, sequence, divergence);
        DensePrediction prediction = predictions.acquire(key, unused -> scorer.predict(tokens, dense(), divergence));
        try {
            user.accept(prediction);
        } finally {
            predictions.release(key);
        }
    }
}
