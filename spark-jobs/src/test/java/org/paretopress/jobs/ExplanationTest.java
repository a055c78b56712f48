package org.paretopress.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;
import org.paretopress.jobs.Explanation.Cause;
import org.paretopress.kernels.cuda.CudaException;

/** What people are told, from what Spark says in messages of its own. */
class ExplanationTest {

    /** As Spark 4.1 wrote it when the local disk of one of two workers was full. */
    private static final String FULL =
            "Job aborted due to stage failure: Task 4 in stage 1.0 failed 4 times, most recent failure: Lost task 4.3 in stage 1.0 "
                    + "(TID 14) (127.0.0.2 executor 0): com.esotericsoftware.kryo.KryoException: java.io.IOException: No space left on device";

    @Test
    void aFullDiskIsNamedByItsMachine() {
        Explanation explained = Explanation.of(new RuntimeException(new SparkException(FULL)));
        assertThat(explained.cause()).isEqualTo(Cause.CIRCUMSTANCES);
        assertThat(explained.message())
                .startsWith("there was no space left to write to on 127.0.0.2. ")
                .contains("\nMaybe ")
                .contains("--resume");
    }

    @Test
    void aFullDiskOfTheDriverIsItsOwn() {
        Explanation explained = Explanation.of(new IOException("No space left on device"));
        assertThat(explained.message()).startsWith("there was no space left to write to. ");
        assertThat(Explanation.of(new SparkException(FULL.replace("executor 0", "executor driver")))
                        .message())
                .startsWith("there was no space left to write to. ");
    }

    @Test
    void aGpuThatFailsIsNoInput() {
        CudaException fails =
                new CudaException("The driver cannot start kernel x: an illegal address.\nMaybe dmesg says more.");
        String told =
                "Job aborted due to stage failure: Task 0 in stage 1.0 failed 4 times, most recent failure: Lost task"
                        + " 0.3 in stage 1.0 (TID 3) (127.0.0.2 executor 0): " + fails + "\n\tat x";
        for (Throwable failure : new Throwable[] {fails, new RuntimeException(fails), new SparkException(told)}) {
            Explanation explained = Explanation.of(failure);
            assertThat(explained.cause()).isEqualTo(Cause.CIRCUMSTANCES);
            assertThat(explained.message()).isEqualTo(fails.getMessage());
        }
    }
}
