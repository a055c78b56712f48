package org.paretopress.kernels.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The pairs of channels that turn together stay pairs. */
class RotaryRowsTest {

    @Test
    void channelsOfAPairAreNeighboursInGguf() {
        RotaryRows rows = new RotaryRows(6);
        assertThat(LongStream.range(6, 12).map(rows::inGguf)).containsExactly(6L, 8L, 10L, 7L, 9L, 11L);
    }

    @Test
    void thereAndBackIsTheSame() {
        for (int headSize : new int[] {2, 6, 32, 128}) {
            RotaryRows rows = new RotaryRows(headSize);
            assertThat(LongStream.range(0, 5L * headSize).map(rows::inGguf).map(rows::inHuggingFace))
                    .containsExactly(LongStream.range(0, 5L * headSize).boxed().toArray(Long[]::new));
        }
    }
}
