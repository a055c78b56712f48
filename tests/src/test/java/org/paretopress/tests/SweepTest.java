package org.paretopress.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sweep is many searches: each gives what it gives alone, and none is run twice. */
class SweepTest {

    private static final Duration DEADLINE = Duration.ofMinutes(5);
    private static final String TWELVE =
            "search.budget.averageBits: [2.1, 2.2, 2.3, 2.4, 2.5, 2.6, 2.7, 2.8, 2.9, 3, 3.1, 3.2]";

    @TempDir
    private Path folder;

    private Path plan(SmallRun base, String matrix) throws IOException {
        return Files.writeString(
                folder.resolve("plan.yaml"),
                "base: %s%noutput: %s%nconcurrency: 3%nmatrix:%n  %s%n"
                        .formatted(base.config(), folder.resolve("sweep"), matrix));
    }

    private static List<String> sweep(Path plan, String... options) {
        List<String> arguments = new ArrayList<>(
                List.of("sweep", plan.toString(), "--json", "--master", "local[2]", "--set", "search.generations=2"));
        arguments.addAll(List.of(options));
        return arguments;
    }

    private static List<String> states(JsonNode answer) {
        List<String> states = new ArrayList<>();
        answer.path("cells").forEach(cell -> states.add(cell.path("state").asText()));
        return states;
    }

    private long finished() {
        try (Stream<Path> cells = Files.list(folder.resolve("sweep"))) {
            return cells.filter(cell -> Files.exists(cell.resolve("front.json")))
                    .count();
        } catch (IOException e) {
            return 0;
        }
    }

    @Test
    void aKilledSweepGoesOnAndAChangedBudgetIsTheOnlyOneThatRuns() throws Exception {
        SmallRun base = SmallRun.in(folder.resolve("base"));
        Path twelve = plan(base, TWELVE);
        OwnJvm.start(folder.resolve("log"), sweep(twelve)).killOnce(() -> finished() >= 3, DEADLINE);
        long before = finished();
        assertThat(before).isBetween(3L, 11L);

        JsonNode resumed = Command.run(sweep(twelve)).json();
        assertThat(states(resumed)).hasSize(12).containsOnly("done", "reused");
        assertThat(states(resumed)).filteredOn("reused"::equals).hasSize((int) before);
        assertThat(finished()).isEqualTo(12);

        JsonNode changed =
                Command.run(sweep(plan(base, TWELVE.replace("2.6", "2.65")))).json();
        assertThat(states(changed)).filteredOn("reused"::equals).hasSize(11);
        assertThat(changed.path("cells").get(5).path("state").asText()).isEqualTo("done");
        assertThat(changed.path("cells").get(5).path("run").asText()).endsWith("averageBits=2.65");

        String alone = folder.resolve("alone/run").toString();
        Command.run(base.arguments(
                        "search",
                        "local[1]",
                        "--set=search.generations=2",
                        "--set=search.budget.averageBits=2.65",
                        "--set=output=" + alone))
                .succeeded();
        Path cell = folder.resolve("sweep/averageBits=2.65");
        for (String file : List.of("front.json", "baselines.json")) {
            assertThat(Files.readString(cell.resolve(file))).isEqualTo(Files.readString(Path.of(alone, file)));
        }

        Document page = Jsoup.parse(
                Path.of(java.net.URI.create(changed.path("report").asText()).getPath())
                        .toFile());
        assertThat(page.select("a").eachAttr("href"))
                .contains("averageBits=2.65/report.html")
                .hasSize(12)
                .allSatisfy(link ->
                        assertThat(folder.resolve("sweep").resolve(link)).exists());
    }

    @Test
    void aCellThatFailsIsListedWithItsReasonAndTheOthersRun() throws IOException {
        SmallRun base = SmallRun.in(folder.resolve("base"));
        Path plan = plan(base, "search.budget.averageBits: [3, 0.5]");
        Command partly = Command.run(sweep(plan));
        assertThat(partly.code()).isEqualTo(1);
        assertThat(partly.out()).contains("\"state\" : \"done\"").contains("\"state\" : \"failed\"");
        assertThat(partly.err()).contains("averageBits=0.5: failed: ").contains("Maybe ");
        List<String> events = Files.readAllLines(folder.resolve("sweep/sweep.jsonl"));
        assertThat(events).hasSize(3).anyMatch(line -> line.contains("\"event\":\"started\""));
        assertThat(events.get(0)).contains("averageBits=0.5").contains("failed");

        Files.writeString(base.model().resolve("config.json"), "{}");
        Command nothing = Command.run(sweep(plan));
        assertThat(nothing.code()).isEqualTo(2);
        assertThat(nothing.err()).contains("config.json").doesNotContain("\tat ");
    }

    @Test
    void aChangedTextRunsItsCellAgain() throws IOException {
        SmallRun base = SmallRun.in(folder.resolve("base"));
        Path text = folder.resolve("holdout.txt");
        Files.copy(Shared.demo("holdout.txt"), text);
        Files.writeString(
                base.config(),
                Files.readString(base.config())
                        .replace(Shared.demo("holdout.txt").toString(), text.toString()));
        Path plan = plan(base, "search.seed: [7]");
        assertThat(states(Command.run(sweep(plan)).json())).containsExactly("done");
        assertThat(states(Command.run(sweep(plan)).json())).containsExactly("reused");
        Files.writeString(text, "Once upon a time. " + Files.readString(text));
        assertThat(states(Command.run(sweep(plan)).json())).containsExactly("done");
    }
}
