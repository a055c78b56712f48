package org.paretopress.tests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A search small enough for tests: two blocks of the embedded model, two budgets. Runs in different folders do not share
 * levels.
 *
 * @param folder holds the configuration; {@code run} beside it is the output, {@code levels} the level databases
 */
record SmallRun(Path folder) {

    private static final int BLOCKS = 2;

    /** One finished search that several tests read and none changes. */
    private static SmallRun finished;

    private static JsonNode finishedAnswer;

    /** Searches on {@code local[2]} when it is asked for the first time. */
    static synchronized SmallRun finished() {
        if (finished == null) {
            Path folder = Path.of("target", "small-run").toAbsolutePath();
            deleteAll(folder);
            SmallRun run = in(folder);
            try {
                finishedAnswer = run.search("local[2]").json();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            finished = run;
        }
        return finished;
    }

    /** What the finished search printed. */
    static synchronized JsonNode finishedAnswer() {
        finished();
        return finishedAnswer;
    }

    /** Writes model and configuration into a folder. */
    static SmallRun in(Path folder) {
        try {
            SmallRun run = new SmallRun(folder);
            ModelFolder.demo(run.model(), BLOCKS);
            Files.writeString(run.config(), run.yaml());
            return run;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path model() {
        return folder.resolve("model");
    }

    Path config() {
        return folder.resolve("search.yaml");
    }

    Path output() {
        return folder.resolve("run");
    }

    Path file(String name) {
        return output().resolve(name);
    }

    /** The folder of the one level database that was built. */
    Path levels() {
        try (Stream<Path> databases = Files.list(folder.resolve("levels"))) {
            List<Path> all = databases.toList();
            if (all.size() != 1) {
                throw new IllegalStateException("Expected one level database, found " + all);
            }
            return all.get(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Command search(String master, String... more) {
        return Command.run(arguments("search", master, more));
    }

    /** A command on this configuration. */
    List<String> arguments(String command, String master, String... more) {
        List<String> arguments = new ArrayList<>(List.of(command, config().toString(), "--json", "--master", master));
        arguments.addAll(List.of(more));
        return arguments;
    }

    /**
     * Exports a point.
     *
     * @return the answer
     */
    JsonNode export(String point, String format, Path to) throws IOException {
        return Command.run(
                        "export", output().toString(), "--json", "--point=" + point, "--format=" + format, "--to=" + to)
                .json();
    }

    /** A point of the baselines. */
    JsonNode point(String id) throws IOException {
        return new ObjectMapper()
                .readTree(read("baselines.json")).findValues("point").stream()
                        .filter(point -> point.path("id").asText().equals(id))
                        .findFirst()
                        .orElseThrow();
    }

    Map<String, String> assignment(String id) throws IOException {
        return assignment(point(id));
    }

    /** Level by layer. */
    static Map<String, String> assignment(JsonNode point) {
        Map<String, String> levels = new TreeMap<>();
        point.path("assignment")
                .properties()
                .forEach(one -> levels.put(one.getKey(), one.getValue().asText()));
        return levels;
    }

    String read(String name) {
        try {
            return Files.readString(file(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String yaml() {
        return """
                model: %s
                calibration: {text: [%s], tokens: 2048, sequenceLength: 128}
                holdout: {text: [%s], tokens: 1024}
                levels:
                  quantization: {method: gptq, bits: [2, 3, 4], groupSize: 64}
                search:
                  strategy: evopress
                  budget: {averageBits: [2.5, 3]}
                  generations: 8
                  offspring: 6
                  stages: [{survivors: 2, tokens: 128}, {survivors: 1, tokens: 512}]
                  seed: 42
                output: %s
                """.formatted(model(), Shared.demo("calibration.txt"), Shared.demo("holdout.txt"), output());
    }

    static void deleteAll(Path folder) {
        if (Files.exists(folder)) {
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
