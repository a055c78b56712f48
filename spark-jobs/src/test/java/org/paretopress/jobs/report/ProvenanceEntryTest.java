package org.paretopress.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProvenanceEntryTest {

    @Test
    void flattensWhatIsNestedInOrder() {
        Map<String, Object> provenance = new LinkedHashMap<>();
        provenance.put("seed", 42);
        provenance.put("text", List.of("a.txt", "b.txt"));
        provenance.put("cluster", Map.of("executors", List.of(Map.of("cores", 2), Map.of("cores", 4))));
        provenance.put("nothing", null);
        provenance.put("empty", Map.of());
        provenance.put("gaps", new ArrayList<>(Arrays.asList(1, null)));
        assertThat(ProvenanceEntry.flatten(provenance))
                .containsExactly(
                        new ProvenanceEntry("seed", "42"),
                        new ProvenanceEntry("text", "a.txt, b.txt"),
                        new ProvenanceEntry("cluster.executors[0].cores", "2"),
                        new ProvenanceEntry("cluster.executors[1].cores", "4"),
                        new ProvenanceEntry("nothing", "none"),
                        new ProvenanceEntry("empty", "none"),
                        new ProvenanceEntry("gaps", "1, none"));
    }
}
