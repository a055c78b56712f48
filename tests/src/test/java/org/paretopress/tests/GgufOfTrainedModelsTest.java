package org.paretopress.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.paretopress.kernels.model.ModelFile;

/** Points of searches on models of others, as llama.cpp runs them. */
class GgufOfTrainedModelsTest {

    private static final int CONTEXT = 128;
    private static final int CHARACTERS = 30_000;

    @TempDir
    private Path folder;

    /** Rows of 172 weights are no whole blocks of ggml: those layers take 16 bits. */
    @ParameterizedTest
    @CsvSource({
        "books-12L, books, 'method: gguf, bits: [2, 3, 4, 6]', false",
        "stories260K, stories, 'method: rtn, bits: [4, 5, 8], groupSize: 32', true"
    })
    void llamaCppAgreesAtEveryPoint(String name, String text, String quantization, boolean rewritten) throws Exception {
        Path model = Shared.path("models/" + name);
        Path holdout = excerpt(Shared.path("data/" + text + "-holdout.txt"));
        Path run = folder.resolve("run");
        Path config = Files.writeString(folder.resolve("search.yaml"), """
                model: %s
                calibration: {text: [%s], tokens: 4096, sequenceLength: 256}
                holdout: {text: [%s], tokens: 2048}
                levels: {quantization: {%s}}
                search:
                  strategy: greedy
                  budget: {averageBits: [4.5, 6]}
                  allocation: {error: absolute-output}
                  baselines: [uniform]
                  stages: [{survivors: 1, tokens: 512}]
                output: %s
                """.formatted(
                        model, Shared.path("data/" + text + "-calibration.txt"), holdout, quantization, run));
        JsonNode front = Command.run("search", config.toString(), "--json", "--master=local[2]")
                .json();
        assertThat(front.path("run").asText()).isNotEmpty();
        for (String point : new String[] {"uniform-1", "greedy-1", "greedy-2", "dense"}) {
            Path file = folder.resolve(point + ".gguf");
            JsonNode answer = Command.run(
                            "export", run.toString(), "--json", "--format=gguf", "--point=" + point, "--to=" + file)
                    .json();
            assertThat(answer.path("rewritten").isEmpty()).isEqualTo(!rewritten || point.equals("dense"));
            assertThat(answer.path("bytes").asLong()).isEqualTo(Files.size(file));
            assertThat(ModelFile.open(file).sizeInBytes())
                    .isEqualTo(answer.path("tensorBytes").asLong());
            double expected = rewritten ? ofFile(model, file, holdout) : ofPoint(model, run, point, holdout);
            double found =
                    LlamaCpp.of(file, holdout, CONTEXT).path("perplexity").asDouble();
            System.out.printf(
                    Locale.ROOT,
                    "%s, %s: %,d bytes, of which tensors %,d (the search had %,d); KL %.6f (%.6f); perplexity %.4f, in llama.cpp %.4f%n",
                    name,
                    point,
                    answer.path("bytes").asLong(),
                    answer.path("tensorBytes").asLong(),
                    answer.path("searchBytes").asLong(),
                    answer.path("kl").asDouble(),
                    answer.path("searchKl").asDouble(),
                    expected,
                    found);
            assertThat(found).as("%s, %s", name, point).isCloseTo(expected, within(0.005 * expected));
        }
    }

    private Path excerpt(Path text) throws IOException {
        return Files.writeString(
                folder.resolve("holdout.txt"), Files.readString(text).substring(0, CHARACTERS));
    }

    private double ofPoint(Path model, Path run, String point, Path text) throws IOException {
        return point.equals("dense")
                ? perplexity(model, text)
                : perplexity(model, text, "--run=" + run, "--point=" + point);
    }

    private double ofFile(Path model, Path file, Path text) throws IOException {
        Files.copy(
                model.resolve("tokenizer.json"), folder.resolve("tokenizer.json"), StandardCopyOption.REPLACE_EXISTING);
        return perplexity(file, text);
    }

    private static double perplexity(Path model, Path text, String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "evaluate",
                "--text=" + text,
                "--chunking=llama.cpp",
                "--sequence-length=" + CONTEXT,
                "--json",
                "--master=local[2]",
                model.toString()));
        arguments.addAll(List.of(more));
        return Command.run(arguments).json().path("perplexity").asDouble();
    }
}
