package org.paretopress.jobs.cluster;

import java.util.Locale;
import java.util.OptionalLong;
import org.paretopress.jobs.InputException;
import org.paretopress.kernels.forward.SequenceScorer;
import org.paretopress.kernels.model.ModelConfig;
import org.paretopress.kernels.ops.Device;

/**
 * What a device's memory is for, beside the fixed weights. Sequences of up to 4,096 tokens are planned for.
 *
 * @param taskBytes of each running task: activations, residual streams, logits, a dequantized weight, and a dense prediction in the making
 * @param tasks that run at once
 * @param weightBytes for weights of layers, packed or dequantized; those used least recently make room
 * @param predictionBytes for dense predictions, likewise
 */
record MemoryPlan(long taskBytes, int tasks, long weightBytes, long predictionBytes) {

    /** Off the heap of the JVM; what tasks take comes on top of it. */
    private static final MemoryPlan CPU = new MemoryPlan(0, 0, 4L << 30, 1L << 30);

    /** Of the free memory, for what allocators lose between allocations. */
    private static final double USABLE = 0.95;

    /** Tasks are planned for sequences of this length and this many residual streams, which 512 candidates take at most. */
    private static final int SEQUENCE_LENGTH = 4096;

    private static final int STATES = 10;
    private static final long WORKSPACE_BYTES = 64L << 20;

    /**
     * The plan for a device.
     *
     * @param free bytes of the device's own memory, once fixed weights are there; empty where that is the host's
     * @param tasks that share the device
     * @param levelBytes of all packed levels
     */
    static MemoryPlan of(OptionalLong free, Device device, int tasks, ModelConfig config, long levelBytes) {
        if (free.isEmpty()) {
            return CPU;
        }
        long task = taskBytes(config, device.precision().bytes());
        long rest = (long) (USABLE * free.getAsLong()) - tasks * task;
        if (rest <= 0) {
            throw tooSmall(free.getAsLong(), device, tasks, task);
        }
        long dense = config.layers().stream()
                .mapToLong(layer -> device.precision().bytes() * layer.parameters())
                .sum();
        long weights = Math.min(levelBytes + dense, rest / 4 * 3);
        return new MemoryPlan(task, tasks, weights, rest - weights);
    }

    private static InputException tooSmall(long free, Device device, int tasks, long task) {
        String has = String.format(Locale.ROOT, "%s has %.1f GiB free, and ", device, gibibytes(free));
        String each = String.format(Locale.ROOT, "%.1f GiB", gibibytes(task));
        return tasks == 1
                ? new InputException(has + "a task takes " + each + ".", "take a larger GPU, or compute on the CPU.")
                : new InputException(
                        has + tasks + " tasks take " + each + " each.",
                        "let fewer tasks share it (" + TaskDevice.AMOUNT + ").");
    }

    private static long taskBytes(ModelConfig config, int operandBytes) {
        int length = Math.min(SEQUENCE_LENGTH, config.maxPositions());
        long largest = config.layers().stream()
                .mapToLong(ModelConfig.LayerShape::parameters)
                .max()
                .orElseThrow();
        return SequenceScorer.bytes(config, length, SequenceScorer.together(length, true), STATES, operandBytes)
                + operandBytes * largest
                + Float.BYTES * (long) length * config.vocabularySize()
                + WORKSPACE_BYTES;
    }

    private static double gibibytes(long bytes) {
        return (double) bytes / (1L << 30);
    }

    /** For the log of an executor. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%.1f GiB for weights of layers, %.1f GiB for dense predictions, %.1f GiB for each of %d tasks",
                gibibytes(weightBytes),
                gibibytes(predictionBytes),
                gibibytes(taskBytes),
                tasks);
    }
}
