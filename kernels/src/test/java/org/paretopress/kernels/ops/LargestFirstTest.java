package org.paretopress.kernels.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against a sort of the whole row; few distinct values make many ties. */
class LargestFirstTest {

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1", "100, 1", "1000, 7", "1000, 256", "1000, 999", "1000, 1000", "40, 3"})
    void picksWhatASortPuts(int count, int top) {
        SplittableRandom random = new SplittableRandom(count + top);
        for (int distinct : new int[] {1, 3, 50, 1_000_000}) {
            float[] values = new float[count + 5];
            for (int i = 0; i < values.length; i++) {
                values[i] = random.nextInt(distinct) - distinct / 2;
            }
            values[count] = Float.MAX_VALUE; // behind the row
            assertThat(LargestFirst.of(values, count, top)).isEqualTo(sorted(values, count, top));
        }
    }

    @Test
    void risingAndFallingRowsAreNoSpecialCase() {
        float[] values = new float[500];
        for (int i = 0; i < values.length; i++) {
            values[i] = i - 250;
        }
        assertThat(LargestFirst.of(values, 500, 3)).containsExactly(499, 498, 497);
        for (int i = 0; i < values.length; i++) {
            values[i] = 250 - i;
        }
        assertThat(LargestFirst.of(values, 500, 3)).containsExactly(0, 1, 2);
    }

    @Test
    void zerosAreEqualAndInfinitiesHaveTheirPlace() {
        float[] values = {-0f, 0f, Float.NEGATIVE_INFINITY, -1e-40f, Float.POSITIVE_INFINITY, 0f};
        assertThat(LargestFirst.of(values, 6, 6)).containsExactly(4, 0, 1, 5, 3, 2);
    }

    private static int[] sorted(float[] values, int count, int top) {
        return IntStream.range(0, count)
                .boxed()
                .sorted((a, b) -> values[a] != values[b] ? Float.compare(values[b], values[a]) : a - b)
                .limit(top)
                .mapToInt(i -> i)
                .toArray();
    }
}
