package org.paretopress.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.paretopress.jobs.run.FrontPoint;
import org.paretopress.jobs.run.FrontPoint.Quality;

class ProtectionTest {

    private static final LevelBits NOMINAL = new LevelBits(Map.of());

    /** Levels of q_proj and of down_proj, block by block. */
    private static FrontPoint point(String... levels) {
        Map<String, String> assignment = new LinkedHashMap<>();
        for (int i = 0; i < levels.length; i++) {
            assignment.put(
                    "model.layers." + i / 2 + "." + (i % 2 == 0 ? "self_attn.q_proj" : "mlp.down_proj"), levels[i]);
        }
        return new FrontPoint("P", "evopress", 1, 3, new Quality(0, 1), new Quality(0, 1), assignment);
    }

    /** Bits 2, 4, 3, 5, 2, 6: the mean is 22/6; of q_proj 7/3, of down_proj 5; of the blocks 3, 4 and 4. */
    @Test
    void namesWhatLiesApartFromTheMean() {
        assertThat(Protection.of("Point P", List.of(point("2", "4", "3", "5", "2", "6")), NOMINAL))
                .isEqualTo("Point P protects down_proj (+1.33), block 1 (+0.33), block 2 (+0.33), and compresses most"
                        + " q_proj (−1.33), block 0 (−0.67); in brackets, bits above its average layer.");
    }

    @Test
    void takesTheMeanOverPoints() {
        List<FrontPoint> points = List.of(point("2", "4", "2", "4"), point("6", "4", "6", "5"));
        assertThat(Protection.of("The front", points, NOMINAL))
                .isEqualTo("The front treats all projections and blocks nearly alike.");
    }

    /** A dropped layer has no bits, a dense one has 16. */
    @Test
    void mixesFamilies() {
        assertThat(Protection.of("It", List.of(point("drop", "dense")), NOMINAL))
                .isEqualTo("It protects down_proj (+8.00), and compresses most q_proj (−8.00);"
                        + " in brackets, bits above its average layer.");
    }

    /** A rank is more of a small layer than of a large one. */
    @Test
    void countsWhatLevelsTake() {
        LevelBits bits = new LevelBits(Map.of(
                "model.layers.0.self_attn.q_proj", Map.of("rank:38", 12.0),
                "model.layers.0.mlp.down_proj", Map.of("rank:64", 6.0)));
        assertThat(Protection.of("It", List.of(point("rank:38", "rank:64")), bits))
                .isEqualTo("It protects q_proj (+3.00), and compresses most down_proj (−3.00);"
                        + " in brackets, bits above its average layer.");
    }
}
