package org.paretopress.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Allocations under an error bound and under a second resource, against all 2,187 choices of the second block's levels; the
 * first block keeps three bits.
 */
class AllocationLimitsTest {

    private static final List<String> LEVELS = List.of("2", "3", "4");
    private static final String TIME = "'*': {'2': 9, '3': 2, '4': 5}, '*.down_proj': {'2': 1, '4': 8}";

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static SmallRun run;
    private static List<Choice> choices;

    /** An assignment: its error and bytes, without what never changes, and what it uses of the second resource. */
    private record Choice(double error, long sizeInBytes, int use) {

        Choice plus(Choice other) {
            return new Choice(error + other.error, sizeInBytes + other.sizeInBytes, use + other.use);
        }
    }

    @BeforeAll
    static void readErrorsOfLevels(@TempDir Path folder) throws IOException {
        run = SmallRun.in(folder);
        run.search("local[2]", allocation("{averageBits: 3}", "")).succeeded();
        choices = List.of(new Choice(0, 0, 0));
        JsonNode manifest = MAPPER.readTree(Files.readString(run.levels().resolve("manifest.json")));
        for (JsonNode layer : manifest.path("layers")) {
            boolean free = layer.path("name").asText().startsWith("model.layers.1.");
            List<Choice> next = new ArrayList<>();
            for (JsonNode level : layer.path("levels")) {
                if (free || level.path("name").asText().equals("3")) {
                    choices.forEach(begun -> next.add(begun.plus(choice(layer, level))));
                }
            }
            choices = next;
        }
        assertThat(choices).hasSize(2187);
    }

    /** One layer at one level. */
    private static Choice choice(JsonNode layer, JsonNode level) {
        int[] use = layer.path("name").asText().endsWith("down_proj") ? new int[] {1, 2, 8} : new int[] {9, 2, 5};
        return new Choice(
                level.path("outputError").asDouble(),
                level.path("sizeInBytes").asLong(),
                use[LEVELS.indexOf(level.path("name").asText())]);
    }

    private static String[] allocation(String budget, String limits) {
        return new String[] {
            "--overwrite",
            "--set=search.strategy=allocation",
            "--set=search.allowed={'model.layers.0.*': ['3']}",
            "--set=search.budget=" + budget,
            "--set=search.allocation={error: absolute-output" + limits + "}"
        };
    }

    /** The allocation that a run found, as one of the choices. */
    private static Choice found() throws IOException {
        JsonNode contenders = MAPPER.readTree(run.read("baselines.json"))
                .path("budgets")
                .path(0)
                .path("contenders");
        JsonNode point = contenders.path(0).path("point");
        assertThat(point.path("strategy").asText()).isEqualTo("allocation");
        JsonNode manifest = MAPPER.readTree(Files.readString(run.levels().resolve("manifest.json")));
        Choice sum = new Choice(0, 0, 0);
        for (JsonNode layer : manifest.path("layers")) {
            String name = layer.path("name").asText();
            String chosen = point.path("assignment").path(name).asText();
            for (JsonNode level : layer.path("levels")) {
                if (level.path("name").asText().equals(chosen)) {
                    sum = sum.plus(choice(layer, level));
                }
            }
        }
        return sum;
    }

    private static Choice smallest(List<Choice> choices) {
        return choices.stream()
                .reduce((one, other) -> one.sizeInBytes() <= other.sizeInBytes() ? one : other)
                .orElseThrow();
    }

    private static double middleError() {
        double least = choices.stream().mapToDouble(Choice::error).min().orElseThrow();
        double most = choices.stream().mapToDouble(Choice::error).max().orElseThrow();
        return least + 0.3 * (most - least);
    }

    @Test
    void theSmallestWithinAnErrorBound() throws IOException {
        double bound = middleError();
        run.search("local[2]", allocation("{layerwiseError: " + bound + "}", ""))
                .succeeded();
        Choice best =
                smallest(choices.stream().filter(one -> one.error() <= bound).toList());
        assertThat(found().sizeInBytes()).isEqualTo(best.sizeInBytes());
        assertThat(found().error()).isLessThanOrEqualTo(bound);
    }

    @Test
    void theLeastErrorWithinBytesAndASecondResource() throws IOException {
        run.search("local[2]", allocation("{averageBits: 3}", "")).succeeded();
        Choice free = found();
        int atMost = free.use() - 4;
        run.search("local[2]", allocation("{averageBits: 3}", limits(atMost))).succeeded();
        double best = choices.stream()
                .filter(one -> one.sizeInBytes() <= free.sizeInBytes() && one.use() <= atMost)
                .mapToDouble(Choice::error)
                .min()
                .orElseThrow();
        assertThat(found().use()).isLessThanOrEqualTo(atMost);
        assertThat(found().error()).isGreaterThan(free.error()).isBetween(best * (1 - 1e-9), best * (1 + 1e-9));
    }

    @Test
    void theSmallestWithinAnErrorBoundAndASecondResource() throws IOException {
        double bound = middleError();
        Choice free =
                smallest(choices.stream().filter(one -> one.error() <= bound).toList());
        int atMost = free.use() - 4;
        run.search("local[2]", allocation("{layerwiseError: " + bound + "}", limits(atMost)))
                .succeeded();
        Choice best = smallest(choices.stream()
                .filter(one -> one.error() <= bound && one.use() <= atMost)
                .toList());
        assertThat(found().sizeInBytes()).isEqualTo(best.sizeInBytes());
        assertThat(found().use()).isLessThanOrEqualTo(atMost);
    }

    @Test
    void boundsOutOfReachAreErrors() {
        Command tooSmall = run.search("local[2]", allocation("{layerwiseError: 1e-9}", ""));
        assertThat(tooSmall.code()).isEqualTo(2);
        assertThat(tooSmall.err()).contains("1.0E-9", "the least these levels reach", "larger levels");
        Command tooTight = run.search("local[2]", allocation("{averageBits: 3}", limits(3)));
        assertThat(tooTight.code()).isEqualTo(2);
        assertThat(tooTight.err()).contains("limits.microseconds.atMost = 3", "out of reach");
    }

    private static String limits(int atMost) {
        return ", limits: {microseconds: {atMost: " + atMost + ", use: {" + TIME + "}}}";
    }
}
