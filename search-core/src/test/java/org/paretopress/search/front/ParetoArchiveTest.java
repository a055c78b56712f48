package org.paretopress.search.front;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ParetoArchiveTest {

    @Test
    void keepsWhatPairwiseComparisonKeeps() {
        SplittableRandom random = new SplittableRandom(5);
        for (int instance = 0; instance < 500; instance++) {
            List<ParetoPoint<Integer>> offered = new ArrayList<>();
            ParetoArchive<Integer> archive = new ParetoArchive<>();
            for (int point = random.nextInt(30); point >= 0; point--) {
                ParetoPoint<Integer> next =
                        new ParetoPoint<>(random.nextInt(12), random.nextInt(12) / 4.0, offered.size());
                offered.add(next);
                boolean kept = archive.add(next);
                assertThat(archive.points()).isEqualTo(undominated(offered));
                assertThat(kept).isEqualTo(archive.points().contains(next));
            }
        }
    }

    private static List<ParetoPoint<Integer>> undominated(List<ParetoPoint<Integer>> points) {
        return points.stream()
                .filter(point -> points.stream().noneMatch(other -> beats(other, point)))
                .sorted(Comparator.comparingLong(ParetoPoint::sizeInBytes))
                .toList();
    }

    private static boolean beats(ParetoPoint<Integer> other, ParetoPoint<Integer> point) {
        boolean noWorse = other.sizeInBytes() <= point.sizeInBytes() && other.loss() <= point.loss();
        boolean better = other.sizeInBytes() < point.sizeInBytes() || other.loss() < point.loss();
        return noWorse && (better || other.payload() < point.payload());
    }

    @Test
    void snapshotsDoNotChange() {
        ParetoArchive<String> archive = new ParetoArchive<>();
        archive.add(10, 1, "a");
        List<ParetoPoint<String>> before = archive.points();
        archive.add(5, 0.5, "b");
        assertThat(before).extracting(ParetoPoint::payload).containsExactly("a");
        assertThat(archive.points()).extracting(ParetoPoint::payload).containsExactly("b");
        assertThatThrownBy(() -> before.remove(0)).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void aLossThatIsNoNumberIsRefused() {
        assertThatThrownBy(() -> new ParetoArchive<>().add(10, Double.NaN, "p7"))
                .hasMessageContaining("'p7'")
                .hasMessageContaining("\nMaybe ");
    }
}
