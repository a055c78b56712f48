package org.paretopress.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process killed in the middle of its work goes on where it was, and ends with the bytes of one that was left alone. */
class ResumeTest {

    private static final Duration DEADLINE = Duration.ofMinutes(3);

    @TempDir
    private Path folder;

    @Test
    void aKilledSearchEndsWithTheFrontOfAnUninterruptedOne() throws Exception {
        SmallRun expected = SmallRun.finished();
        SmallRun run = SmallRun.in(folder);
        OwnJvm.start(folder.resolve("log"), run.arguments("search", "local[2]"))
                .killOnce(() -> generation(run, 1) >= 2, DEADLINE);
        assertThat(run.file("front.json")).doesNotExist();
        int reached = generation(run, 1);

        run.search("local[2]", "--resume").succeeded();

        assertThat(run.read("front.json")).isEqualTo(expected.read("front.json"));
        assertThat(run.read("baselines.json")).isEqualTo(expected.read("baselines.json"));
        assertThat(run.read("checkpoint.json")).isEqualTo(expected.read("checkpoint.json"));
        assertThat(reached).isLessThan(8);
        assertThat(generations(run)).isEqualTo(generations(expected));
        assertThat(work(run)).isEqualTo(work(expected));
    }

    /** Population, archive and predictor are made anew from what was scored. */
    @Test
    void aKilledAssistedFrontEndsLikeAnUninterruptedOne() throws Exception {
        String[] settings = {
            "--set=search.strategy=pareto",
            "--set=search.assisted=true",
            "--set=search.budget={averageBits: [2.25, 3.75]}",
            "--set=search.generations=6"
        };
        SmallRun expected = SmallRun.in(folder.resolve("expected"));
        expected.search("local[2]", settings).succeeded();
        SmallRun run = SmallRun.in(folder.resolve("killed"));
        OwnJvm.start(folder.resolve("log"), run.arguments("search", "local[2]", settings))
                .killOnce(() -> generation(run, 0) >= 2, DEADLINE);
        assertThat(run.file("front.json")).doesNotExist();

        run.search(
                        "local[2]",
                        Stream.concat(Stream.of(settings), Stream.of("--resume"))
                                .toArray(String[]::new))
                .succeeded();

        assertThat(run.read("front.json")).isEqualTo(expected.read("front.json"));
        assertThat(run.read("baselines.json")).isEqualTo(expected.read("baselines.json"));
        assertThat(work(run)).isEqualTo(work(expected));
    }

    /** What could not be scored is part of a run, so going on does not mend it; a search in its place takes over all else. */
    @Test
    void aPointThatCouldNotBeScoredIsTriedAgainByASearchInPlaceOfTheOld() throws IOException {
        SmallRun run = SmallRun.in(folder);
        String shortly = "--set=search.generations=1";
        run.search("local[2]", shortly).succeeded();
        String front = run.read("front.json");
        List<String> levels = new ArrayList<>();
        run.point("evopress-1").path("assignment").forEach(level -> levels.add(level.asText()));
        Path log = run.file("evaluations").resolve("all.jsonl");
        List<String> lines = new ArrayList<>(Files.readAllLines(log));
        ObjectMapper mapper = new ObjectMapper();
        String heldOut =
                mapper.readTree(lines.get(lines.size() - 1)).path("key").asText();
        lines.replaceAll(line -> line.contains(heldOut) && line.contains('"' + String.join(" ", levels) + '"')
                ? line.replaceFirst("\"losses\":.*", "\"losses\":[],\"failure\":\"java.lang.OutOfMemoryError\"}")
                : line);
        Files.write(log, lines);

        Command resumed = run.search("local[2]", shortly, "--resume");
        assertThat(resumed.code()).as(resumed.err()).isEqualTo(1);
        assertThat(resumed.err())
                .contains(
                        "Point evopress-1 could not be scored on whole texts: java.lang.OutOfMemoryError\nMaybe let fewer"
                                + " tasks run at once")
                .contains("--overwrite");
        run.search("local[2]", shortly, "--overwrite").succeeded();
        assertThat(run.read("front.json")).isEqualTo(front);
    }

    @Test
    void aKilledLevelBuildEndsWithTheSameFiles() throws Exception {
        SmallRun expected = SmallRun.finished();
        SmallRun run = SmallRun.in(folder);
        OwnJvm.start(folder.resolve("log"), run.arguments("levels", "local[2]"))
                .killOnce(() -> finishedLayers(folder.resolve("levels")).size() >= 2, DEADLINE);
        List<Path> before = finishedLayers(run.levels());
        assertThat(run.levels().resolve("manifest.json")).doesNotExist();
        assertThat(before).hasSizeLessThan(14);
        long untouched = Files.getLastModifiedTime(before.get(0)).toMillis();

        Command.run(run.arguments("levels", "local[2]", "--resume")).succeeded();

        assertThat(Files.getLastModifiedTime(before.get(0)).toMillis()).isEqualTo(untouched);
        assertThat(run.levels().getFileName()).isEqualTo(expected.levels().getFileName());
        var built = LocalClusterTest.contents(run.levels());
        built.keySet().removeIf(name -> name.startsWith(".")); // half a file of the killed process
        assertThat(built).isEqualTo(LocalClusterTest.contents(expected.levels()));
    }

    /** -1 before the search at a budget has begun. */
    private static int generation(SmallRun run, int budget) {
        if (!Files.exists(run.file("checkpoint.json"))) {
            return -1;
        }
        return tree(run.read("checkpoint.json"))
                .path("budgets")
                .path(budget)
                .path("generation")
                .asInt(-1);
    }

    private static List<Path> finishedLayers(Path levels) {
        return finished(levels, ".levels");
    }

    /** Files below a folder whose names end so; those that are being written left out. */
    static List<Path> finished(Path levels, String ending) {
        if (!Files.isDirectory(levels)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(levels)) {
            return files.filter(file -> file.toString().endsWith(ending))
                    .filter(file -> !file.getFileName().toString().startsWith("."))
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            return List.of(); // a temporary file went away while the folder was read: look again
        }
    }

    /** Lines of generations.jsonl without their times. */
    private static List<String> generations(SmallRun run) {
        List<JsonNode> lines =
                run.read("generations.jsonl").lines().map(ResumeTest::tree).toList();
        assertThat(lines.stream().map(line -> line.path("generation").asInt()))
                .containsExactlyElementsOf(
                        IntStream.range(0, 18).map(i -> i % 9).boxed().toList());
        return lines.stream()
                .map(line -> ((ObjectNode) line).without("seconds").toString())
                .toList();
    }

    /** What provenance.json says was evaluated, and how much of it was computed, by both processes together. */
    private static List<Long> work(SmallRun run) {
        JsonNode work = tree(run.read("provenance.json"));
        return List.of(
                work.path("evaluations").asLong(),
                work.path("tokensEvaluated").asLong(),
                work.path("blockForwardsDone").asLong(),
                work.path("blockForwardsSaved").asLong());
    }

    private static JsonNode tree(String json) {
        try {
            return new ObjectMapper().readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
