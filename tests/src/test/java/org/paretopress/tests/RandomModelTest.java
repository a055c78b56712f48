package org.paretopress.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code random-model} writes folders that the other commands take, or refuses and leaves everything as it was. */
class RandomModelTest {

    @TempDir
    private Path folder;

    private Path config;
    private Path target;

    @BeforeEach
    void copyTheShape() throws IOException {
        target = folder.resolve("new/model");
        config = Files.copy(Shared.demo("model/config.json"), folder.resolve("shape.json"));
    }

    @Test
    void theOtherCommandsTakeWhatIsWritten() throws IOException {
        JsonNode written = Command.run(
                        arguments("--json", "--tokenizer", Shared.demo("model").toString()))
                .json();
        assertThat(written.path("path").asText()).isEqualTo(target.toString());
        assertThat(written.path("bytes").asLong()).isEqualTo(bytes());
        JsonNode inspected = Command.run("inspect", target.toString(), "--json").json();
        JsonNode original = Command.run("inspect", Shared.demo("model").toString(), "--json")
                .json();
        assertThat(inspected.path("layers")).isEqualTo(original.path("layers"));
        assertThat(inspected.path("parameters")).isEqualTo(written.path("parameters"));
        assertThat(inspected.path("sizeInBytes")).isEqualTo(original.path("sizeInBytes"));
        JsonNode evaluated = Command.run(
                        "evaluate",
                        target.toString(),
                        "--text=" + Shared.demo("holdout.txt"),
                        "--tokens=512",
                        "--master=local[1]",
                        "--json")
                .json();
        // Knowing nothing of 1024 tokens is a perplexity of 1024; weights of deviation 0.02 guess a little, and lose.
        assertThat(Math.log(evaluated.path("perplexity").asDouble())).isCloseTo(Math.log(1024), within(0.5));
    }

    @Test
    void anEmptyFolderIsFilled() throws IOException {
        Files.createDirectories(target);
        Command.run(arguments("--type", "f16")).succeeded();
        assertThat(bytes()).isPositive();
        assertThat(target.getParent()).isDirectoryNotContaining(path -> !path.equals(target));
    }

    @ParameterizedTest
    @CsvSource({
        "--type, F8, --type",
        "--seed, x, --seed",
        "--tokenizer, hdfs://host/model, hdfs://host/model",
        "--tokenizer, /no/folder, /no/folder has no tokenizer.json"
    })
    void badOptionsAreRefused(String option, String value, String named) {
        Refusal.of(folder, List.of("random-model", config.toString(), "--to=" + target, option + "=" + value), named);
    }

    @Test
    void aFolderThatHoldsFilesIsKept() throws IOException {
        Files.createDirectories(target);
        Files.writeString(target.resolve("notes.txt"), "mine");
        Refusal.of(folder, arguments(), "--to " + target, "not empty");
        target = target.resolve("notes.txt");
        Refusal.of(folder, arguments(), "--to " + target, "not empty");
        target = target.resolve("below/a/file");
        Refusal.of(folder, arguments(), "--to " + target, "takes no folder");
    }

    @Test
    void configurationsOfNoUseAreRefused() throws IOException {
        String shape = Files.readString(config);
        Files.writeString(config, shape.replace("\"llama\"", "\"gpt2\""));
        Refusal.of(folder, arguments(), config.toString(), "model_type", "gpt2");
        Files.writeString(config, shape.replace("512", "2147483647"));
        Refusal.of(folder, arguments(), "--to " + target, "bytes", "free");
        Files.writeString(config, "{\"model_type\":");
        Refusal.of(folder, arguments(), config.toString(), "not JSON");
        Files.delete(config);
        Refusal.of(folder, arguments(), config.toString());
    }

    private List<String> arguments(String... more) {
        List<String> arguments = new ArrayList<>(List.of("random-model", config.toString(), "--to", target.toString()));
        arguments.addAll(List.of(more));
        return arguments;
    }

    private long bytes() throws IOException {
        long sum = 0;
        try (var files = Files.list(target)) {
            for (Path file : files.toList()) {
                sum += Files.size(file);
            }
        }
        return sum;
    }
}
