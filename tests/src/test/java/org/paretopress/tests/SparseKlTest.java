package org.paretopress.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A search that compares the top tokens alone: it sees other losses, and reports the same as any. */
class SparseKlTest {

    private final ObjectMapper mapper = new ObjectMapper();
    private final SmallRun full = SmallRun.finished();

    /** One token and the rest: a lower bound of the full divergence that is seldom met. */
    @Test
    void theSearchSeesLessAndTheReportTheWhole() throws IOException {
        Path sparse = search("sparse", "{top: 1, tail: bucket}");
        assertThat(firstLoss(sparse)).isPositive().isLessThan(0.9 * firstLoss(full.output()));
        assertSamePointsWhereAssignmentsAgree(sparse);
        assertThat(Files.readString(sparse.resolve("config.yaml"))).contains("sparse-kl", "tail: \"bucket\"");
    }

    @Test
    void renormalizedIsAnotherLossAgain() throws IOException {
        Path renormalized = search("renormalized", "{top: 2, tail: renormalized}");
        assertThat(firstLoss(renormalized)).isPositive().isNotEqualTo(firstLoss(full.output()));
        assertSamePointsWhereAssignmentsAgree(renormalized);
    }

    @Test
    void overTheWholeVocabularyTheSearchIsThatOfTheFullDivergence() throws IOException {
        Path all = search("all", "{top: 1000000, tail: renormalized}");
        assertThat(Files.readString(all.resolve("front.json"))).isEqualTo(full.read("front.json"));
        assertThat(Files.readString(all.resolve("baselines.json"))).isEqualTo(full.read("baselines.json"));
        assertThat(losses(all)).isEqualTo(losses(full.output()));
    }

    private Path search(String name, String sparseKl) {
        Path output = full.folder().resolve(name);
        full.search(
                        "local[2]",
                        "--overwrite",
                        "--set=output=" + output,
                        "--set=search.fitness=sparse-kl",
                        "--set=search.sparseKl=" + sparseKl)
                .succeeded();
        return output;
    }

    /** The loss of the first generation, before the searches part. */
    private double firstLoss(Path run) throws IOException {
        return losses(run).get(0);
    }

    private List<Double> losses(Path run) throws IOException {
        return Files.readAllLines(run.resolve("generations.jsonl")).stream()
                .map(this::read)
                .map(line -> line.path("loss").asDouble())
                .toList();
    }

    private void assertSamePointsWhereAssignmentsAgree(Path run) throws IOException {
        Map<JsonNode, JsonNode> expected = qualities(full.output());
        Map<JsonNode, JsonNode> actual = qualities(run);
        actual.keySet().retainAll(expected.keySet());
        assertThat(actual).as("uniform, allocation and greedy at least").hasSizeGreaterThan(2);
        assertThat(expected).containsAllEntriesOf(actual);
    }

    /** Losses on both texts, by assignment. */
    private Map<JsonNode, JsonNode> qualities(Path run) throws IOException {
        Map<JsonNode, JsonNode> qualities = new HashMap<>();
        for (JsonNode point :
                read(Files.readString(run.resolve("baselines.json"))).findValues("point")) {
            qualities.put(
                    point.path("assignment"),
                    mapper.createArrayNode().add(point.path("calibration")).add(point.path("holdout")));
        }
        return qualities;
    }

    private JsonNode read(String json) {
        try {
            return mapper.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
