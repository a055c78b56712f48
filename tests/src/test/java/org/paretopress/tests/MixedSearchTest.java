package org.paretopress.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.paretopress.jobs.config.RunConfig.Strategy;

/** A search over all families that it can take, by every strategy, at budgets of every kind. */
class MixedSearchTest {

    private static final List<String> BASELINES = List.of("uniform", "allocation", "greedy", "random");

    private final ObjectMapper mapper = new ObjectMapper();

    @TempDir
    private Path folder;

    @Test
    void everyKindOfBudgetIsKeptAndFamiliesAreMixed() throws IOException {
        SmallRun run = SmallRun.in(folder);
        search(run, "evopress", "[{averageBits: 2.6}, {bytes: 1.1MB}, {ratio: 0.45}]");
        JsonNode budgets = mapper.readTree(run.read("baselines.json")).path("budgets");
        assertThat(budgets).hasSize(3);
        assertThat(budgets.path(1).path("budgetInBytes").asLong()).isEqualTo(1_100_000);
        Map<String, Map<String, Long>> sizes = sizes(run);
        Set<String> used = new HashSet<>();
        for (JsonNode budget : budgets) {
            List<String> strategies = budget.path("contenders").findValuesAsText("strategy");
            assertThat(strategies).containsExactly("evopress", "uniform", "allocation", "greedy", "random");
            for (JsonNode point : budget.path("contenders").findValues("point")) {
                assertThat(point.path("sizeInBytes").asLong())
                        .isEqualTo(size(run, point, sizes))
                        .isLessThanOrEqualTo(budget.path("budgetInBytes").asLong());
                assertThat(point.path("holdout").path("kl").asDouble()).isFinite();
                point.path("assignment").forEach(level -> used.add(family(level.asText())));
            }
        }
        assertThat(used).contains("bits", "sparse", "rank", "mended");
        assertThat(familiesOfMixedCandidates(run)).contains("bits", "sparse", "joint", "rank", "mended");
        assertThat(run.file("report.html")).content().contains("+rank:4");
    }

    /** Of all that was scored and has three families or more: a layer alone in its level has one beside the dense ones. */
    private Set<String> familiesOfMixedCandidates(SmallRun run) throws IOException {
        Set<String> families = new HashSet<>();
        for (String line : run.read("evaluations/all.jsonl").lines().toList()) {
            Set<String> own = new HashSet<>();
            for (String level : mapper.readTree(line).path("levels").asText().split(" ")) {
                own.add(family(level));
            }
            families.addAll(own.size() > 2 ? own : Set.of());
        }
        return families;
    }

    /** Kept weights have 16 bits, beside a mask of one: at most the asked share of them is kept. */
    @Test
    void aSparsityIsABudgetWhereNothingElseIsSearched() throws IOException {
        SmallRun run = SmallRun.in(folder);
        search(run, "evopress", "{sparsity: 0.55}", "--set=levels={sparsity: {method: wanda, average: 0.5, steps: 2}}");
        JsonNode layers =
                Command.run("inspect", run.model().toString(), "--json").json().path("layers");
        JsonNode point = mapper.readTree(run.read("baselines.json"))
                .path("budgets")
                .path(0)
                .path("contenders")
                .path(0)
                .path("point");
        long weights = 0;
        double kept = 0;
        for (JsonNode layer : layers) {
            String level =
                    point.path("assignment").path(layer.path("name").asText()).asText();
            long own = layer.path("rows").asLong() * layer.path("columns").asLong();
            weights += own;
            kept += own * (1 - Double.parseDouble(level.substring("sparse:".length())));
        }
        assertThat(kept / weights).isBetween(0.43, 0.4501);
        assertThat(point.path("averageBits").asDouble()).isBetween(16 * 0.43, 16 * 0.4501);
    }

    /** Below the smallest level that all layers have there is no uniform baseline, and the rest goes on without. */
    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"uniform", "pareto"})
    void whereNoUniformLevelFitsTheOthersAreCompared(Strategy strategy) throws IOException {
        SmallRun run = SmallRun.in(folder);
        String levels = "--set=levels={quantization: {method: rtn, bits: [3, 4]}, "
                + "lowRank: {method: svd, keep: [0.1]}, residual: {ranks: [4]}}";
        search(run, strategy.name(), "{averageBits: 2.5}", levels);
        assertThat(strategies(run))
                .hasSize(strategy == Strategy.evopress ? 4 : 3)
                .startsWith(strategy.name())
                .contains("allocation", "greedy", "random")
                .doesNotContain("uniform");
        assertThat(run.file("report.html")).content().contains("greedy").doesNotContain("uniform-1");
        assertThat(run.file("front.json")).content().contains("rank:");
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"evopress", "pareto"})
    void everyBaselineCanBeTheStrategy(Strategy strategy) throws IOException {
        SmallRun run = SmallRun.in(folder);
        search(run, strategy.name(), "{averageBits: 3}");
        assertThat(strategies(run)).startsWith(strategy.name()).containsExactlyInAnyOrderElementsOf(BASELINES);
        assertThat(run.file("report.html")).isNotEmptyFile();
    }

    private static void search(SmallRun run, String strategy, String budget) {
        search(run, strategy, budget, MixedLevels.SEARCHABLE);
    }

    private static void search(SmallRun run, String strategy, String budget, String levels) {
        run.search(
                        "local[2]",
                        levels,
                        "--set=search.strategy=" + strategy,
                        "--set=search.budget=" + budget,
                        "--set=search.generations=3")
                .succeeded();
    }

    private List<String> strategies(SmallRun run) throws IOException {
        return mapper.readTree(run.read("baselines.json"))
                .path("budgets")
                .path(0)
                .path("contenders")
                .findValuesAsText("strategy");
    }

    /** Payload bytes by layer and level, from the manifest. */
    private Map<String, Map<String, Long>> sizes(SmallRun run) throws IOException {
        Map<String, Map<String, Long>> sizes = new HashMap<>();
        for (JsonNode layer : manifest(run).path("layers")) {
            Map<String, Long> bytes = sizes.computeIfAbsent(layer.path("name").asText(), unused -> new HashMap<>());
            for (JsonNode level : layer.path("levels")) {
                bytes.put(level.path("name").asText(), level.path("sizeInBytes").asLong());
            }
        }
        return sizes;
    }

    private JsonNode manifest(SmallRun run) throws IOException {
        return mapper.readTree(run.levels().resolve("manifest.json").toFile());
    }

    private long size(SmallRun run, JsonNode point, Map<String, Map<String, Long>> sizes) throws IOException {
        long size = manifest(run).path("fixedSizeInBytes").asLong();
        for (Map.Entry<String, JsonNode> layer : point.path("assignment").properties()) {
            size += sizes.get(layer.getKey()).get(layer.getValue().asText());
        }
        return size;
    }

    private static String family(String level) {
        if (level.matches("rank:\\d+")) {
            return "rank";
        }
        if (level.contains("+rank:")) {
            return "mended";
        }
        return level.matches("\\d") ? "bits" : level.contains("+") ? "joint" : "sparse";
    }
}
