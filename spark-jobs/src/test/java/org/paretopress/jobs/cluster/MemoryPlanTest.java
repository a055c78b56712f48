package org.paretopress.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import java.util.OptionalLong;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.paretopress.jobs.InputException;
import org.paretopress.kernels.model.ModelConfig;
import org.paretopress.kernels.ops.Device;
import org.paretopress.kernels.ops.Precision;

/** The plan for a model of eight billion parameters, beside numbers worked out by hand. */
class MemoryPlanTest {

    private static final long GIB = 1L << 30;
    private static final Device GPU = new Device("0", Precision.BFLOAT16);

    /** Llama 3 8B: 6.98 billion parameters in layers. */
    private static final ModelConfig LLAMA =
            new ModelConfig(4096, 14336, 32, 32, 8, 128, 128256, 8192, 1e-5, 500_000, Optional.empty(), false, 1);

    /**
     * A task, with four sequences of 4,096 tokens: operands 16384 · 2 · (4096 + 2·4096 + 2·1024 + 2·14336) bytes, eight residual streams of
     * 16384 · 4 · 4096, logits and a prediction of a sequence, 4096 · 4 · 128256 each, and what is one of a kind.
     */
    private static final double TASK = 16384.0 * 2 * 43008 + 10 * 16384.0 * 4 * 4096 + 2 * 4096.0 * 4 * 128256;

    @Test
    void onALargeGpuAllLevelsAndTheDenseWeightsStay() {
        MemoryPlan plan = MemoryPlan.of(OptionalLong.of(130 * GIB), GPU, 2, LLAMA, 17 * GIB);
        assertThat((double) plan.taskBytes()).isCloseTo(TASK, Percentage.withPercentage(6));
        long dense = 2L * 32 * (4096L * 4096 * 2 + 4096L * 1024 * 2 + 3 * 4096L * 14336);
        assertThat(plan.weightBytes()).isEqualTo(17 * GIB + dense);
        assertThat(plan.predictionBytes() + plan.weightBytes() + 2 * plan.taskBytes())
                .isLessThanOrEqualTo(130 * GIB)
                .isGreaterThan(120 * GIB);
    }

    @Test
    void onASmallerOneTheyShareWithPredictions() {
        MemoryPlan plan = MemoryPlan.of(OptionalLong.of(30 * GIB), GPU, 2, LLAMA, 17 * GIB);
        assertThat(plan.weightBytes()).isLessThan(17 * GIB);
        assertThat((double) plan.weightBytes() / plan.predictionBytes()).isCloseTo(3, Percentage.withPercentage(1));
    }

    @Test
    void aGpuThatIsTooSmallForItsTasksIsRefused() {
        assertThatThrownBy(() -> MemoryPlan.of(OptionalLong.of(8 * GIB), GPU, 2, LLAMA, 17 * GIB))
                .isInstanceOf(InputException.class)
                .hasMessageMatching(
                        "GPU 0 in bfloat16 has 8\\.0 GiB free, and 2 tasks take 8\\.\\d GiB each\\.\nMaybe let"
                                + " fewer tasks share it .*");
        assertThatThrownBy(() -> MemoryPlan.of(OptionalLong.of(6 * GIB), GPU, 1, LLAMA, 17 * GIB))
                .isInstanceOf(InputException.class)
                .hasMessageMatching(
                        "GPU 0 in bfloat16 has 6\\.0 GiB free, and a task takes 8\\.\\d GiB\\.\nMaybe take a"
                                + " larger GPU, or compute on the CPU\\.");
    }

    @Test
    void theCpuHasBoundsOfItsOwn() {
        MemoryPlan plan = MemoryPlan.of(OptionalLong.empty(), Device.CPU, 4, LLAMA, 17 * GIB);
        assertThat(plan.weightBytes()).isEqualTo(4 * GIB);
        assertThat(plan.predictionBytes()).isEqualTo(GIB);
    }
}
