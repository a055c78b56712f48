package org.paretopress.search.front;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HypervolumeTest {

    @Test
    void handComputedAreas() {
        Hypervolume volume = new Hypervolume(10, 5);
        assertThat(volume.<String>of(List.of())).isZero();
        assertThat(volume.of(List.of(new ParetoPoint<>(4, 2, "a")))).isEqualTo(6 * 3);
        assertThat(volume.of(List.of(new ParetoPoint<>(4, 2, "a"), new ParetoPoint<>(8, 1, "b"))))
                .isEqualTo(6 * 3 + 2 * 1);
        assertThat(volume.of(List.of(new ParetoPoint<>(10, 0, "edge"), new ParetoPoint<>(0, 5, "edge"))))
                .isZero();
    }

    /** Coordinates are whole, so the number of dominated unit cells is the area. */
    @Test
    void equalsTheCountOfDominatedCells() {
        SplittableRandom random = new SplittableRandom(11);
        for (int instance = 0; instance < 300; instance++) {
            List<ParetoPoint<Integer>> points = IntStream.range(0, random.nextInt(12))
                    .mapToObj(id -> new ParetoPoint<>(random.nextInt(25), random.nextInt(25), id))
                    .toList();
            int cells = 0;
            for (int size = 0; size < 20; size++) {
                for (int loss = 0; loss < 20; loss++) {
                    int left = size;
                    int bottom = loss;
                    cells += points.stream().anyMatch(point -> point.sizeInBytes() <= left && point.loss() <= bottom)
                            ? 1
                            : 0;
                }
            }
            assertThat(new Hypervolume(20, 20).of(points)).isEqualTo(cells);
        }
    }

    @Test
    void anInfiniteReferenceIsRefused() {
        assertThatThrownBy(() -> new Hypervolume(1, Double.POSITIVE_INFINITY)).hasMessageContaining("Infinity");
    }
}
