package org.paretopress.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same seed gives the same bytes, whatever the number of cores and however often it runs. */
class LocalClusterTest {

    @TempDir
    private Path folder;

    @Test
    void oneCoreBuildsTheSameLevelsAndFindsTheSameFrontAsTwo() throws IOException {
        SmallRun two = SmallRun.finished();
        SmallRun one = SmallRun.in(folder.resolve("a folder with spaces"));
        one.search("local[1]").succeeded();
        assertThat(contents(one.levels().resolveSibling(two.levels().getFileName())))
                .isEqualTo(contents(two.levels()));
        assertThat(one.read("front.json")).isEqualTo(two.read("front.json"));
        assertThat(one.read("baselines.json")).isEqualTo(two.read("baselines.json"));
        assertThat(one.read("front.csv")).isEqualTo(two.read("front.csv"));
    }

    @Test
    void aSecondRunGivesTheSameBytesAndAnotherSeedSeesOtherText() throws IOException {
        SmallRun first = SmallRun.finished();
        Path again = first.folder().resolve("again");
        first.search("local[2]", "--set", "output=" + again).succeeded();
        assertThat(Files.readString(again.resolve("front.json"))).isEqualTo(first.read("front.json"));
        assertThat(losses(again)).isEqualTo(losses(first.output()));
        Path other = first.folder().resolve("other-seed");
        first.search("local[2]", "--set", "output=" + other, "--set", "search.seed=43")
                .succeeded();
        assertThat(losses(other)).hasSameSizeAs(losses(first.output())).isNotEqualTo(losses(first.output()));
    }

    /** What the generations measured, which only the seed and the configuration decide. */
    private static List<String> losses(Path run) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        try (Stream<String> lines = Files.lines(run.resolve("generations.jsonl"))) {
            return lines.map(line -> {
                        try {
                            JsonNode node = mapper.readTree(line);
                            return node.path("generation") + " " + node.path("loss") + " " + node.path("stages");
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    })
                    .toList();
        }
    }

    /** Files of a folder by name; bytes as one character each, so that maps compare. */
    static Map<String, String> contents(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.collect(Collectors.toMap(file -> file.getFileName().toString(), file -> {
                try {
                    return new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.ISO_8859_1);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }));
        }
    }
}
