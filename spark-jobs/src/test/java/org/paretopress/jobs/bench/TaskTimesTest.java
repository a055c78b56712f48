package org.paretopress.jobs.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Tasks in their order in the place that is free first, worked out by hand. */
class TaskTimesTest {

    @Test
    void onePlaceTakesTheSum() {
        assertThat(TaskTimes.makespan(List.of(3L, 1L, 2L), 1)).isEqualTo(6);
    }

    /** Places end at 4, 5 and 1 + 6 = 7, so the last task runs from 4 to 10. */
    @Test
    void aFreePlaceTakesTheNextTask() {
        assertThat(TaskTimes.makespan(List.of(4L, 5L, 1L, 6L, 6L), 3)).isEqualTo(10);
    }

    @Test
    void placesToSpareLeaveTheLongest() {
        assertThat(TaskTimes.makespan(List.of(4L, 9L, 1L), 100)).isEqualTo(9);
        assertThat(TaskTimes.makespan(List.of(), 4)).isZero();
    }
}
