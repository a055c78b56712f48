package org.paretopress.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.paretopress.jobs.cluster.ScoredText.Groups;
import org.paretopress.jobs.cluster.Shards.Piece;

/** Which executor a task would rather run on. */
class OnEachPartitionTest {

    private static List<String> of(int group, int groups, List<String> executors) {
        int[] shard = Shards.encode(List.of(new Piece(group, new int[] {3, 4})));
        return OnEachPartition.at(Shards.place(shard, new Groups(2 * groups, 2)), executors);
    }

    @Test
    void everyExecutorHasItsPartOfTheText() {
        List<String> executors = List.of("a", "b", "c", "d");
        assertThat(IntStream.range(0, 8)
                        .mapToObj(group -> of(group, 8, executors).get(0)))
                .containsExactly("a", "a", "b", "b", "c", "c", "d", "d");
        for (int count = 1; count < 50; count++) {
            assertThat(of(count - 1, count, executors)).hasSize(1);
            assertThat(of(0, count, executors)).containsExactly("a");
        }
    }

    @Test
    void theMiddleOfAShardDecides() {
        int[] shard = Shards.encode(
                List.of(new Piece(1, new int[] {0}), new Piece(6, new int[] {0, 1}), new Piece(7, new int[] {0})));
        assertThat(Shards.place(shard, new Groups(8, 1))).isEqualTo(6 / 8.0);
    }

    @Test
    void withoutExecutorsThereIsNothingToChoose() {
        assertThat(of(0, 3, List.of())).isEmpty();
    }
}
