package org.paretopress.jobs.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** The text format of Prometheus: a help line, a type line, a sample; backslash, quote and line end of a label escaped. */
class MetricsTest {

    @Test
    void everyNumberHasHelpTypeAndOneSample() {
        String text = new Metrics("runs/\"a\"\\\n", new Work(1, 2, 3, 4), 5, Map.of("weightCacheHits", 6L)).toString();
        assertThat(text.lines().filter(line -> !line.startsWith("#")))
                .containsExactly(
                        "paretopress_candidates_total{run=\"runs/\\\"a\\\"\\\\\\n\"} 1",
                        "paretopress_tokens_total{run=\"runs/\\\"a\\\"\\\\\\n\"} 2",
                        "paretopress_block_forwards_total{run=\"runs/\\\"a\\\"\\\\\\n\"} 3",
                        "paretopress_block_forwards_saved_total{run=\"runs/\\\"a\\\"\\\\\\n\"} 4",
                        "paretopress_infeasible_total{run=\"runs/\\\"a\\\"\\\\\\n\"} 5",
                        "paretopress_weight_cache_hits_total{run=\"runs/\\\"a\\\"\\\\\\n\"} 6");
        assertThat(text.lines().filter(line -> line.startsWith("# HELP paretopress_")))
                .hasSize(6);
        assertThat(text.lines().filter(line -> line.matches("# TYPE paretopress_[a-z_]+ counter")))
                .hasSize(6);
        assertThat(text).endsWith("\n");
    }
}
