package org.paretopress.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** One remedy, that of those who know best, and only what the command at hand can do. */
class UnscorableTest {

    private static final String DIED = "executors that scored it died or failed, 3 times in succession";

    @Test
    void executorsGetMoreMemory() {
        assertThat(new Unscorable(DIED, false, "").with("Point knee could not be scored"))
                .hasMessage("Point knee could not be scored: " + DIED
                        + "\nMaybe give executors more memory (spark.executor.memory, spark.executor.memoryOverhead).");
    }

    @Test
    void oneProcessHasNoExecutors() {
        String error = "java.lang.OutOfMemoryError: Java heap space";
        assertThat(new Unscorable(error, true, "").with("It could not be scored"))
                .hasMessageStartingWith("It could not be scored: " + error + "\nMaybe let fewer tasks run at once")
                .hasMessageNotContaining("executor");
    }

    @Test
    void aReasonWithARemedyKeepsIt() {
        String full =
                "org.paretopress.kernels.cuda.CudaException: GPU 0 has no 3 MB left.\nMaybe let fewer tasks share it.";
        assertThat(new Unscorable(full, false, "").with("X")).hasMessage("X: " + full);
        assertThat(new Unscorable(full, true, "Then go on.").with("X")).hasMessage("X: " + full + " Then go on.");
    }

    @Test
    void whatIsKeptCanBeGoneOnWith() {
        assertThat(new Unscorable(DIED, false, "Then go on.").with("X"))
                .hasMessageEndingWith("spark.executor.memoryOverhead). Then go on.");
        assertThat(new KnownLosses((computed, blockForwards) -> {}).areKept()).isTrue();
        assertThat(new KnownLosses().areKept()).isFalse();
    }

    @Test
    void moreMemoryMakesNoNumberOfNone() {
        assertThat(new Unscorable("its loss is not a finite number", false, "").with("It could not be scored"))
                .hasMessageContaining("\nMaybe look whether the model's weights are numbers")
                .hasMessageNotContaining("memory");
    }
}
