package org.paretopress.kernels.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Text cut into sequences: nothing is lost but the rest, and nothing moves. */
class TokenSequencesTest {

    private static final int[] TEN = IntStream.range(0, 10).toArray();

    @Test
    void theRestIsCutOff() {
        TokenSequences sequences = new TokenSequences(3, TEN);
        assertThat(sequences.count()).isEqualTo(3);
        assertThat(sequences.tokens()).isEqualTo(9);
        assertThat(sequences.toArray()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8);
    }

    @Test
    void sequencesAreTakenInTheOrderAsked() {
        TokenSequences sequences = new TokenSequences(3, TEN);
        assertThat(sequences.gather(2, 0)).containsExactly(6, 7, 8, 0, 1, 2);
        assertThat(sequences.select(1, 1).toArray()).containsExactly(3, 4, 5, 3, 4, 5);
        assertThat(sequences.range(1, 3).toArray()).containsExactly(3, 4, 5, 6, 7, 8);
        assertThat(sequences.range(2, 2).count()).isZero();
    }

    @Test
    void changesOfAnArrayOutsideDoNotReachIn() {
        int[] tokens = TEN.clone();
        TokenSequences sequences = new TokenSequences(5, tokens);
        tokens[0] = 99;
        sequences.toArray()[1] = 99;
        assertThat(sequences.gather(0)).containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    void whatIsNotThereIsRefused() {
        TokenSequences sequences = new TokenSequences(5, TEN);
        assertThatThrownBy(() -> sequences.gather(2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> new TokenSequences(1, TEN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sequenceLength = 1")
                .hasMessageContaining("\nMaybe ");
    }
}
