package org.paretopress.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

/** How many tasks run at once, worked out by hand. */
class TaskDeviceTest {

    private final SparkConf conf = new SparkConf(false);

    @Test
    void withoutGpusEveryCoreTakesATask() {
        assertThat(TaskDevice.tasksAtOnce(conf, 12, 3)).isEqualTo(12);
        assertThat(TaskDevice.tasksAtOnce(conf.set("spark.task.resource.gpu.amount", "0"), 12, 3))
                .isEqualTo(12);
    }

    @Test
    void gpusTakeAsManyTasksAsTheirPartsAllow() {
        conf.set("spark.executor.resource.gpu.amount", "2");
        assertThat(TaskDevice.tasksAtOnce(conf.set("spark.task.resource.gpu.amount", "1"), 12, 3))
                .isEqualTo(6);
        assertThat(TaskDevice.tasksAtOnce(conf.set("spark.task.resource.gpu.amount", "0.333333333333"), 48, 3))
                .isEqualTo(18);
        assertThat(TaskDevice.tasksAtOnce(conf.set("spark.task.resource.gpu.amount", "2"), 12, 1))
                .isEqualTo(1);
    }

    @Test
    void aTaskTakesACoreToo() {
        assertThat(TaskDevice.tasksAtOnce(conf.set("spark.task.resource.gpu.amount", "0.1"), 4, 1))
                .isEqualTo(4);
    }
}
