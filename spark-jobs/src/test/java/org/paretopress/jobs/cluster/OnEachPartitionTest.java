package org.paretopress.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Which executors a task would rather run on. */
class OnEachPartitionTest {

    private static List<Integer> numbers(int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    @Test
    void moreExecutorsThanTasksAreSharedOut() {
        for (int executors = 1; executors < 40; executors++) {
            for (int tasks = 1; tasks <= executors; tasks++) {
                List<Integer> all = new ArrayList<>();
                for (int task = 0; task < tasks; task++) {
                    all.addAll(OnEachPartition.share(numbers(executors), task, tasks));
                }
                assertThat(all).isEqualTo(numbers(executors));
            }
        }
    }

    @Test
    void moreTasksThanExecutorsAreSpreadEvenlyAndInOrder() {
        for (int executors = 1; executors < 40; executors++) {
            for (int each = 1; each < 5; each++) {
                int tasks = executors * each;
                for (int task = 0; task < tasks; task++) {
                    assertThat(OnEachPartition.share(numbers(executors), task, tasks))
                            .containsExactly(task / each);
                }
            }
        }
    }

    @Test
    void withoutExecutorsThereIsNothingToChoose() {
        assertThat(OnEachPartition.share(numbers(0), 1, 3)).isEmpty();
    }
}
