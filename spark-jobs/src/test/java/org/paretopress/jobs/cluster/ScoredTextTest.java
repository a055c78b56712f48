package org.paretopress.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.paretopress.kernels.forward.SequenceScorer;
import org.paretopress.kernels.text.TokenSequences;

/** Groups cover the text once, are of equal size but for the last, and do not hold neighbours. */
class ScoredTextTest {

    @Test
    void groupsCoverEverySequenceOnce() {
        for (int count : new int[] {1, 2, 3, 8, 9, 64, 257}) {
            for (int together : new int[] {1, 2, 3, 8}) {
                ScoredText.Groups text = new ScoredText.Groups(count, together);
                int[] members = Arrays.stream(text.all())
                        .flatMap(group -> Arrays.stream(text.members(group)))
                        .sorted()
                        .toArray();
                assertThat(members).isEqualTo(IntStream.range(0, count).toArray());
                for (int group : text.all()) {
                    assertThat(text.members(group)).hasSizeBetween(1, together).isSorted();
                    assertThat(text.size(group)).isEqualTo(text.members(group).length);
                }
            }
        }
    }

    /** Of 9 sequences no group of more than one takes 4; of 64, pairs take 4 and 16; without samples only the text counts. */
    @Test
    void groupsDivideTextAndSamples() {
        assertThat(together(9, 128, 4)).isEqualTo(1);
        assertThat(together(64, 256, 4, 16)).isEqualTo(2);
        assertThat(together(12, 64, 6)).isEqualTo(6);
        assertThat(together(7, 64, 7)).isEqualTo(7);
        assertThat(together(10, 128)).isEqualTo(2);
    }

    private static int together(int count, int length, long... sampledSequences) {
        TokenSequences sequences = new TokenSequences(length, new int[count * length]);
        return ScoredText.together(
                sequences,
                SequenceScorer.together(length, false),
                Arrays.stream(sampledSequences).mapToObj(s -> s * length).toList());
    }

    @Test
    void membersOfAGroupStandFarApart() {
        ScoredText.Groups text = new ScoredText.Groups(256, 2);
        assertThat(text.members(5)).containsExactly(5, 133);
    }
}
