package org.paretopress.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.paretopress.jobs.run.Baselines.WholeFront;
import org.paretopress.jobs.run.FrontPoint;
import org.paretopress.jobs.run.FrontPoint.Quality;

class FrontVerdictTest {

    private static String sentence(double hypervolume, int better, int worse) {
        Quality quality = new Quality(0.1, 20);
        FrontPoint point = new FrontPoint("pareto-1", "pareto", 1000, 3, quality, quality, Map.of());
        return FrontVerdict.of(new WholeFront(
                Collections.nCopies(12, point), 300, 90_000, hypervolume, 200, 1001, 0.5, better, worse));
    }

    @Test
    void saysHowMuchWasGained() {
        assertThat(sentence(203, 4, 1))
                .isEqualTo("On held-out text the front of 12 points has 1.5 % more hypervolume than the layerwise"
                        + " allocations within the same bytes. 4 of its points are better than their allocations with 99.7 %"
                        + " confidence, 1 worse.");
    }

    @Test
    void saysWhenTheSearchDidHarm() {
        assertThat(sentence(199.5, 0, 2)).contains("0.25 % less hypervolume", "0 of its points are better", "2 worse");
    }

    @Test
    void saysWhenTheAllocationsAreEnough() {
        assertThat(sentence(200, 0, 0)).contains("the same hypervolume as", "the allocations are enough");
    }
}
