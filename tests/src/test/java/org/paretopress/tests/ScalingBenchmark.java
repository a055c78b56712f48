package org.paretopress.tests;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The driver's share of the time on clusters of many executors, with {@link SimulatedKernels}; prints a row for {@code docs/scaling.md}.
 * A benchmark, which {@code ./mvnw -Pscaling verify} runs and nothing else.
 */
class ScalingBenchmark {

    /** 16 blocks, as Llama 3.2 1B has them, and next to nothing in them. */
    private static final String SHAPE = """
            {"model_type": "llama", "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 16,
             "num_attention_heads": 4, "num_key_value_heads": 2, "vocab_size": 64, "bos_token_id": 1,
             "max_position_embeddings": 2048, "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "tie_word_embeddings": true}
            """;

    @ParameterizedTest
    @ValueSource(ints = {100, 1000})
    void publishedGenerations(int executors, @TempDir Path folder) throws IOException {
        Path shape = Files.writeString(folder.resolve("shape.json"), SHAPE);
        Path model = folder.resolve("model");
        Command.run("random-model", shape.toString(), "--to", model.toString()).succeeded();
        JsonNode generation = Command.run(
                        "bench",
                        model.toString(),
                        "--only",
                        "generation",
                        "--generations",
                        "2",
                        "--offspring",
                        "128",
                        "--stages",
                        "16@2048,4@16384,1@131072",
                        "--master",
                        "local[" + executors + "]",
                        "--json")
                .json()
                .path("generation");
        System.out.printf(
                Locale.ROOT,
                "| %,d | %.1f | %.0f | %.1f %% |%n",
                executors,
                generation.path("seconds").asDouble() / 2,
                1e3 * generation.at("/driver/secondsAStage").asDouble(),
                100 * generation.at("/driver/share").asDouble());
    }
}
