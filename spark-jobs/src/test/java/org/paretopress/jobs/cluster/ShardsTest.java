package org.paretopress.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** However work is cut, every candidate meets every sequence exactly once. */
class ShardsTest {

    private static final int[] SIZES = {1, 2, 3, 5, 7, 16, 33};

    @Test
    void everythingIsCoveredOnce() {
        for (int candidates : SIZES) {
            for (int sequences : SIZES) {
                for (int parallelism : new int[] {1, 2, 3, 4, 8, 13, 64, 5000}) {
                    List<int[]> shards = Shards.cut(candidates, sequences, parallelism);
                    assertThat(shards).hasSizeBetween(1, 2 * parallelism);
                    assertCovered(candidates, sequences, shards);
                }
            }
        }
    }

    @Test
    void candidatesThatShareWorkStayTogetherWhileThereIsTextForEveryCore() {
        assertThat(Shards.cut(32, 2, 2)).hasSize(2).allSatisfy(shard -> assertThat(shard[1] - shard[0])
                .isEqualTo(32));
    }

    @Test
    void cutsAreEven() {
        List<int[]> shards = Shards.cut(10, 4, 12);
        assertThat(shards).hasSize(12).allSatisfy(shard -> {
            assertThat(shard[1] - shard[0]).isBetween(3, 4);
            assertThat(shard[3] - shard[2]).isEqualTo(1);
        });
    }

    @Test
    void noWorkIsNoTrouble() {
        assertThat(Shards.cut(3, 0, 4)).allSatisfy(shard -> assertThat(shard[2]).isEqualTo(shard[3]));
    }

    private static void assertCovered(int candidates, int sequences, List<int[]> shards) {
        int[] met = new int[candidates * sequences];
        for (int[] shard : shards) {
            assertThat((shard[1] - shard[0]) * (shard[3] - shard[2])).isPositive();
            for (int c = shard[0]; c < shard[1]; c++) {
                for (int s = shard[2]; s < shard[3]; s++) {
                    met[c * sequences + s]++;
                }
            }
        }
        assertThat(Arrays.stream(met).allMatch(count -> count == 1))
                .as("%d × %d in %d shards", candidates, sequences, shards.size())
                .isTrue();
    }
}
