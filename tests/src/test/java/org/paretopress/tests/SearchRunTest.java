package org.paretopress.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A search on the embedded model through the command line: its files keep the contract, and it is worth running. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SearchRunTest {

    private static final Set<String> POINT_FIELDS =
            Set.of("id", "strategy", "sizeInBytes", "averageBits", "calibration", "holdout", "assignment");

    private final ObjectMapper mapper = new ObjectMapper();

    private JsonNode front;
    private JsonNode baselines;
    private JsonNode manifest;

    @BeforeAll
    void search() throws IOException {
        SmallRun run = SmallRun.finished();
        front = mapper.readTree(run.read("front.json"));
        baselines = mapper.readTree(run.read("baselines.json"));
        manifest = mapper.readTree(run.levels().resolve("manifest.json").toFile());
    }

    @Test
    void theAnswerNamesTheFiles() throws IOException {
        SmallRun run = SmallRun.finished();
        JsonNode answer = SmallRun.finishedAnswer();
        assertThat(names(answer)).containsExactly("run", "front", "baselines");
        assertThat(path(answer, "run")).isEqualTo(run.output());
        assertThat(path(answer, "front")).isEqualTo(run.file("front.json"));
        assertThat(path(answer, "baselines")).isEqualTo(run.file("baselines.json"));
        assertThat(run.output()).isDirectoryContaining("glob:**/report.html");
        for (String name : List.of("config.yaml", "provenance.json", "front.csv", "generations.jsonl", "front.svg")) {
            assertThat(run.file(name)).isNotEmptyFile();
        }
        try (Stream<Path> files = Files.list(run.output())) {
            assertThat(files)
                    .as("no temporary files")
                    .noneMatch(file -> file.getFileName().toString().startsWith("."));
        }
    }

    @Test
    void frontAndBaselinesHaveTheFieldsOfTheContract() {
        assertThat(front.path("objectives").toString()).isEqualTo("[\"sizeInBytes\",\"loss\"]");
        assertThat(points()).isNotEmpty().allSatisfy(point -> {
            assertThat(names(point)).containsExactlyInAnyOrderElementsOf(POINT_FIELDS);
            assertThat(names(point.path("calibration"))).containsExactly("kl", "perplexity");
            assertThat(names(point.path("holdout"))).containsExactly("kl", "perplexity");
            assertThat(point.path("sizeInBytes").isIntegralNumber()).isTrue();
        });
        assertThat(baselines.path("budgets")).hasSize(2).allSatisfy(budget -> assertThat(
                        budget.path("contenders").findValuesAsText("strategy"))
                .containsExactly("evopress", "uniform", "allocation", "greedy", "random"));
        Set<String> ids = new HashSet<>();
        contenders().forEach(point -> assertThat(ids.add(point.path("id").asText()))
                .as("%s is the id of one point", point.path("id"))
                .isTrue());
    }

    @Test
    void theFrontIsSortedAndHoldsEveryPointThatNoOtherBeats() {
        List<JsonNode> best = contenders().stream()
                .filter(point -> contenders().stream().noneMatch(other -> beats(other, point)))
                .toList();
        List<String> sizes = new ArrayList<>();
        double kl = Double.POSITIVE_INFINITY;
        long size = 0;
        for (JsonNode point : front.path("points")) {
            assertThat(point.path("sizeInBytes").asLong()).isGreaterThan(size);
            assertThat(kl(point, "calibration")).isLessThan(kl);
            assertThat(best).contains(point);
            size = point.path("sizeInBytes").asLong();
            kl = kl(point, "calibration");
            sizes.add(Long.toString(size));
        }
        assertThat(best).allSatisfy(point -> assertThat(sizes)
                .contains(point.path("sizeInBytes").asText()));
    }

    @Test
    void sizesAreThoseOfTheLevelsAndNeverAboveTheBudget() {
        assertThat(points()).allSatisfy(point -> {
            long size = manifest.path("fixedSizeInBytes").asLong();
            List<String> layers = new ArrayList<>();
            for (JsonNode layer : manifest.path("layers")) {
                layers.add(layer.path("name").asText());
                size += sizeOf(
                        layer,
                        point.path("assignment")
                                .path(layers.get(layers.size() - 1))
                                .asText());
            }
            assertThat(names(point.path("assignment")))
                    .containsExactlyElementsOf(layers)
                    .hasSize(14);
            assertThat(point.path("sizeInBytes").asLong()).isEqualTo(size);
        });
        assertThat(baselines.path("budgets")).allSatisfy(budget -> assertThat(
                        budget.path("contenders").findValues("sizeInBytes"))
                .hasSize(5)
                .allSatisfy(size -> assertThat(size.asLong())
                        .isLessThanOrEqualTo(budget.path("budgetInBytes").asLong())));
    }

    /** The shortest text that parses to the same double is the one Java prints. */
    @Test
    void numbersReadBackBitIdentical() {
        String text = SmallRun.finished().read("front.json");
        Matcher number =
                Pattern.compile("\"(kl|perplexity|averageBits)\" : ([^,\\s]+)").matcher(text);
        int found = 0;
        for (; number.find(); found++) {
            assertThat(Double.toString(Double.parseDouble(number.group(2)))).isEqualTo(number.group(2));
        }
        assertThat(found).isEqualTo(5 * front.path("points").size());
        List<String> rows =
                SmallRun.finished().read("front.csv").lines().skip(1).toList();
        assertThat(rows).hasSameSizeAs(front.path("points")).allSatisfy(row -> assertThat(text)
                .contains("\"kl\" : " + row.split(",")[4])
                .contains("\"perplexity\" : " + row.split(",")[7]));
    }

    @Test
    void onTheDemoModelTheSearchIsBetterOnHeldOutTextThanUniform(@TempDir Path folder) throws IOException {
        Command.run(demoSearch(folder.resolve("demo"))).succeeded();
        JsonNode contenders = mapper.readTree(
                        folder.resolve("demo/baselines.json").toFile())
                .path("budgets")
                .path(0)
                .path("contenders");
        JsonNode searched = contenders.path(0).path("point");
        JsonNode uniform = contenders.path(1).path("point");
        assertThat(uniform.path("averageBits").asDouble()).isEqualTo(3);
        assertThat(uniform.path("sizeInBytes")).isEqualTo(searched.path("sizeInBytes"));
        assertThat(kl(searched, "holdout")).isLessThan(kl(uniform, "holdout"));
    }

    private static List<String> demoSearch(Path output) {
        return List.of(
                "search",
                Shared.repository().resolve("conf/demo.yaml").toString(),
                "--json",
                "--master=local[2]",
                "--set=model=" + Shared.demo("model"),
                "--set=calibration={text: [" + Shared.demo("calibration.txt") + "], tokens: 2048}",
                "--set=holdout={text: [" + Shared.demo("holdout.txt") + "], tokens: 2048}",
                "--set=levels.quantization={method: rtn, bits: [2, 3, 4]}",
                "--set=search={budget: {averageBits: 3}, generations: 5, offspring: 12, seed: 42, "
                        + "stages: [{survivors: 2, tokens: 256}, {survivors: 1, tokens: 1024}]}",
                "--set=output=" + output);
    }

    /** Nine sequences, four of them a stage: no group of more than one divides both. */
    @Test
    void everyTokenThatIsReportedWasEvaluatedOnceWhateverTheText(@TempDir Path folder) throws IOException {
        SmallRun run = SmallRun.in(folder);
        run.search(
                        "local[2]",
                        "--set=calibration.tokens=1152",
                        "--set=search.budget={averageBits: 3}",
                        "--set=search.generations=3",
                        "--set=search.stages=[{survivors: 1, tokens: 512}]")
                .succeeded();
        long sequences = 0;
        for (String line : run.read("evaluations/all.jsonl").lines().toList()) {
            sequences += mapper.readTree(line).path("losses").size() / 2;
        }
        assertThat(mapper.readTree(run.read("provenance.json"))
                        .path("tokensEvaluated")
                        .asLong())
                .isEqualTo(sequences * 128);
    }

    private static Path path(JsonNode answer, String key) {
        return Path.of(answer.path(key).asText().replaceFirst("^file:", ""));
    }

    private List<JsonNode> contenders() {
        return baselines.path("budgets").findValues("point");
    }

    /** Of both files, the dense one left out. */
    private List<JsonNode> points() {
        List<JsonNode> points = new ArrayList<>(contenders());
        front.path("points").forEach(points::add);
        return points;
    }

    private static boolean beats(JsonNode one, JsonNode other) {
        long bytes =
                one.path("sizeInBytes").asLong() - other.path("sizeInBytes").asLong();
        double loss = kl(one, "calibration") - kl(other, "calibration");
        return bytes <= 0 && loss <= 0 && (bytes < 0 || loss < 0);
    }

    private static double kl(JsonNode point, String text) {
        return point.path(text).path("kl").asDouble();
    }

    private static long sizeOf(JsonNode layer, String level) {
        for (JsonNode offered : layer.path("levels")) {
            if (offered.path("name").asText().equals(level)) {
                return offered.path("sizeInBytes").asLong();
            }
        }
        throw new AssertionError(layer.path("name") + " has no level " + level);
    }

    private static List<String> names(JsonNode node) {
        return node.properties().stream().map(Map.Entry::getKey).toList();
    }
}
