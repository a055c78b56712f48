package org.paretopress.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run may choose: ties, allowed levels, dropped sub-blocks, fronts; and evaluations that are taken over. */
class SearchSpaceRulesTest {

    private final ObjectMapper mapper = new ObjectMapper();

    @TempDir
    private Path folder;

    private List<JsonNode> points(SmallRun run) throws IOException {
        List<JsonNode> points = new ArrayList<>();
        mapper.readTree(run.read("front.json")).path("points").forEach(points::add);
        mapper.readTree(run.read("baselines.json")).path("budgets").forEach(budget -> budget.path("contenders")
                .forEach(one -> points.add(one.path("point"))));
        return points;
    }

    @Test
    void tiedLayersShareALevelAndPinnedOnesKeepTheirs() throws IOException {
        SmallRun run = SmallRun.in(folder);
        run.search(
                        "local[2]",
                        "--set=search.tie=[qkv, gate-up]",
                        "--set=search.allowed={'model.layers.0.*': ['3', '4'], '*.down_proj': ['3']}",
                        "--set=search.budget={averageBits: 3}",
                        "--set=search.assisted=true",
                        "--set=search.generations=3")
                .succeeded();
        List<JsonNode> points = points(run);
        assertThat(points).hasSizeGreaterThan(4);
        for (JsonNode point : points) {
            SmallRun.assignment(point).forEach((layer, level) -> {
                if (layer.endsWith("k_proj") || layer.endsWith("v_proj")) {
                    assertThat(level)
                            .isEqualTo(SmallRun.assignment(point).get(layer.replaceFirst("[kv]_proj", "q_proj")));
                }
                if (layer.endsWith("up_proj")) {
                    assertThat(level).isEqualTo(SmallRun.assignment(point).get(layer.replace("up_proj", "gate_proj")));
                }
                assertThat(layer.endsWith("down_proj") ? List.of("3") : List.of("2", "3", "4"))
                        .contains(level);
                assertThat(layer.startsWith("model.layers.0.") && level.equals("2"))
                        .isFalse();
            });
        }
        assertThat(points).anyMatch(point -> SmallRun.assignment(point).containsValue("2"));
    }

    @Test
    void subBlocksAreDroppedAsAWholeBesideBits() throws IOException {
        SmallRun run = SmallRun.in(folder);
        run.search(
                        "local[2]",
                        "--set=levels.depth={units: [attention, mlp]}",
                        "--set=search.budget={averageBits: 1.2}",
                        "--set=search.assisted=true",
                        "--set=search.generations=3")
                .succeeded();
        List<JsonNode> points = points(run);
        assertThat(points).anyMatch(point -> SmallRun.assignment(point).containsValue("drop"));
        long budget = mapper.readTree(run.read("baselines.json"))
                .path("budgets")
                .path(0)
                .path("budgetInBytes")
                .asLong();
        for (JsonNode point : points) {
            assertThat(point.path("sizeInBytes").asLong()).isLessThanOrEqualTo(budget);
            Map<String, List<String>> subBlocks = new TreeMap<>();
            SmallRun.assignment(point).forEach((layer, level) -> subBlocks
                    .computeIfAbsent(layer.substring(0, layer.lastIndexOf('.')), unused -> new ArrayList<>())
                    .add(level));
            assertThat(subBlocks.values())
                    .allMatch(levels ->
                            !levels.contains("drop") || levels.stream().allMatch("drop"::equals));
        }
    }

    @Test
    void aPartOfASubBlockCannotBeDropped() {
        Refusal.of(
                folder,
                SmallRun.in(folder)
                        .arguments(
                                "search",
                                "local[1]",
                                "--set=levels.depth={units: [mlp]}",
                                "--set=search.allowed={'*.0.mlp.gate_proj': [drop]}"),
                "model.layers.0.mlp.gate_proj",
                "nothing but to be dropped");
    }

    @Test
    void dropBlocksIsTheSizeWithoutThem() throws IOException {
        SmallRun run = SmallRun.in(folder);
        run.search(
                        "local[2]",
                        "--set=levels={depth: {units: [block]}}",
                        "--set=search.budget={dropBlocks: 1}",
                        "--set=search.generations=2")
                .succeeded();
        for (JsonNode point : points(run)) {
            assertThat(SmallRun.assignment(point).values())
                    .filteredOn("drop"::equals)
                    .hasSize(7);
            assertThat(SmallRun.assignment(point).values())
                    .filteredOn("dense"::equals)
                    .hasSize(7);
        }
    }

    @Test
    void aFrontInOneRunIsNoWorseThanTheAllocationsItStartsFrom() throws IOException {
        SmallRun run = SmallRun.in(folder);
        run.search(
                        "local[2]",
                        "--set=search.strategy=pareto",
                        "--set=search.assisted=true",
                        "--set=search.budget={averageBits: [3.75, 2.25]}",
                        "--set=search.generations=4")
                .succeeded();
        JsonNode front = mapper.readTree(run.read("front.json")).path("points");
        assertThat(front.findValuesAsText("strategy")).contains("pareto");
        double last = Double.POSITIVE_INFINITY;
        for (JsonNode point : front) {
            double kl = point.path("calibration").path("kl").asDouble();
            assertThat(kl).isLessThan(last);
            last = kl;
        }
        assertThat(mapper.readTree(run.read("baselines.json")).path("budgets")).hasSize(3); // both ends and three bits
        JsonNode whole = mapper.readTree(run.read("baselines.json")).path("front");
        assertThat(whole.path("points")).hasSizeGreaterThan(1);
        assertThat(whole.path("worse").asInt()).isZero();
        assertThat(whole.path("hypervolume").asDouble())
                .isGreaterThan(0.9 * whole.path("allocationHypervolume").asDouble());
        assertThat(run.file("report.html")).isNotEmptyFile();

        SmallRun other = SmallRun.finished();
        JsonNode compared = Command.run(
                        "report", run.output().toString(), other.output().toString(), "--json")
                .json();
        assertThat(compared.path("runs")).hasSize(2);
        assertArea(compared, 0, run, "pareto");
        assertArea(compared, 1, other, "evopress");
    }

    /** The hypervolume of a run's points, added up in vertical strips here. */
    private void assertArea(JsonNode compared, int row, SmallRun run, String strategy) throws IOException {
        long width = compared.path("referenceSizeInBytes").asLong();
        double height = compared.path("referenceKl").asDouble();
        JsonNode whole =
                mapper.readTree(run.read("baselines.json")).path("front").path("points");
        List<JsonNode> all = new ArrayList<>();
        whole.forEach(all::add);
        List<JsonNode> own = (all.isEmpty() ? points(run) : all)
                .stream()
                        .filter(point -> point.path("strategy").asText().equals(strategy))
                        .toList();
        List<Long> sizes = new ArrayList<>(own.stream()
                .map(point -> point.path("sizeInBytes").asLong())
                .distinct()
                .sorted()
                .toList());
        sizes.add(width);
        double area = 0;
        for (int i = 0; i + 1 < sizes.size(); i++) {
            long size = sizes.get(i);
            double least = own.stream()
                    .filter(point -> point.path("sizeInBytes").asLong() <= size)
                    .mapToDouble(point -> point.path("holdout").path("kl").asDouble())
                    .min()
                    .orElseThrow();
            area += (sizes.get(i + 1) - size) * (height - least);
        }
        JsonNode told = compared.path("runs").path(row);
        assertThat(told.path("strategy").asText()).isEqualTo(strategy);
        assertThat(told.path("hypervolume").asDouble()).isCloseTo(area, within(1e-9 * area));
    }

    /** The second run asks for a part of what the first one computed, and computes the rest only. */
    @Test
    void aRunAtAnotherBudgetStartsFromTheEvaluationsOfTheFirst() throws IOException {
        SmallRun run = SmallRun.in(folder);
        run.search("local[2]", "--set=search.budget={averageBits: 3}", "--set=search.generations=2")
                .succeeded();
        SmallRun alone = SmallRun.in(Files.createDirectory(folder.resolve("alone")));
        List<String> other = List.of("--set=search.budget={averageBits: 2.5}", "--set=search.generations=2");
        alone.search("local[2]", other.get(0), other.get(1)).succeeded();
        String second = "--set=output=" + run.file("front.json").getParent().resolveSibling("second");
        run.search("local[2]", other.get(0), other.get(1), second).succeeded();

        Path beside = run.file("front.json").getParent().resolveSibling("second");
        assertThat(beside.resolve("front.json")).hasSameTextualContentAs(alone.file("front.json"));
        assertThat(beside.resolve("baselines.json")).hasSameTextualContentAs(alone.file("baselines.json"));
        JsonNode saved = mapper.readTree(beside.resolve("provenance.json").toFile());
        JsonNode whole = mapper.readTree(alone.read("provenance.json"));
        assertThat(saved.path("tokensEvaluated")).isEqualTo(whole.path("tokensEvaluated"));
        assertThat(saved.path("blockForwardsDone").asLong())
                .isLessThan(whole.path("blockForwardsDone").asLong() * 3 / 4);
    }

    private Command searchBeside(SmallRun run, Path reference) {
        return run.search(
                "local[2]",
                "--set=search.references={mine: '" + reference + "'}",
                "--set=search.baselines=[allocation]",
                "--set=search.generations=1");
    }

    /** What another search found, as the published tools write it, has here the losses that it had there. */
    @Test
    void referencesStandBesideTheSearch() throws IOException {
        SmallRun other = SmallRun.finished();
        Path reference = folder.resolve("evopress.txt");
        other.export("evopress-1", "evopress", reference);
        SmallRun run = SmallRun.in(folder);
        searchBeside(run, reference).succeeded();
        JsonNode budgets = mapper.readTree(run.read("baselines.json")).path("budgets");
        JsonNode point = budgets.get(0).path("contenders").get(2).path("point");
        assertThat(point.path("id").asText()).isEqualTo("reference-mine");
        assertThat(point.path("strategy").asText()).isEqualTo("reference");
        for (String same : List.of("assignment", "sizeInBytes", "calibration", "holdout")) {
            assertThat(point.path(same)).isEqualTo(other.point("evopress-1").path(same));
        }
        assertThat(budgets.get(0).path("comparisons").findValuesAsText("second"))
                .containsExactly("allocation-1", "reference-mine");
        assertThat(budgets.get(1).path("contenders")).hasSize(2);
        assertThat(run.read("report.html")).contains("reference-mine");

        Files.writeString(reference, Files.readString(reference).replace(": 3", ": 2"));
        assertThat(run.search(
                                "local[2]",
                                "--resume",
                                "--set=search.references={mine: '" + reference + "'}",
                                "--set=search.baselines=[allocation]",
                                "--set=search.generations=1")
                        .err())
                .contains("other references");
    }

    @Test
    void aReferenceOfAnotherModelIsRefused() throws IOException {
        Path reference = Files.writeString(folder.resolve("other.txt"), "model.layers.9.mlp.up_proj: 3\n");
        Command refused = searchBeside(SmallRun.in(folder), reference);
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.err())
                .contains("search.references.mine = " + reference + ": Layer 'model.layers.9.mlp.up_proj'", "Maybe ");
        assertThat(searchBeside(SmallRun.in(folder), folder.resolve("none.txt")).err())
                .contains("search.references.mine", "none.txt", "Maybe ");
        assertThat(folder.resolve("run")).doesNotExist();
    }
}
