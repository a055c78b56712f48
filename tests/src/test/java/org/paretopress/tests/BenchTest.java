package org.paretopress.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bench} on a model that {@code random-model} wrote: its counts are those worked out by hand; times are not judged. */
class BenchTest {

    private static final String SHAPE = """
            {"model_type": "llama", "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 3,
             "num_attention_heads": 4, "num_key_value_heads": 2, "vocab_size": 64, "bos_token_id": 1,
             "max_position_embeddings": 64, "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "tie_word_embeddings": true}
            """;

    /** Stages of 1,024, 4,096 and 16,384 tokens for 32 offspring, 8 survivors, and 2 survivors with their parent. */
    private static final int TOKENS_A_GENERATION = 32 * 1024 + 8 * 4096 + 3 * 16_384;

    @Test
    void countsAreThoseOfTheShape(@TempDir Path folder) throws IOException {
        Path shape = Files.writeString(folder.resolve("shape.json"), SHAPE);
        Path model = folder.resolve("model");
        Command.run("random-model", shape.toString(), "--to", model.toString()).succeeded();
        Path levels = Files.createDirectories(folder.resolve("levels"));
        Files.createFile(levels.resolve("mine"));
        FileTime before = FileTime.fromMillis(0);
        Files.setLastModifiedTime(levels, before);
        JsonNode result = Command.run(
                        "bench", model.toString(), "--threads=1", "--generations=2", "--folder=" + levels, "--json")
                .json();
        assertThat(levels.toFile().list()).containsExactly("mine");
        assertThat(Files.getLastModifiedTime(levels)).as("something was there").isGreaterThan(before);

        JsonNode dense = result.path("dense").path(0);
        assertThat(dense.path("threads").asInt()).isEqualTo(1);
        // q, k, v, o: 32·32 + 2·16·32 + 32·32; gate, up, down: 3·32·48; attention: 64·32 each for QKᵀ and PV, half of
        // it
        double flop = 3 * (2.0 * (3072 + 4608) + 2 * 64 * 32) + 2 * 32 * 64;
        assertThat(dense.path("flopPerToken").asDouble()).isEqualTo(flop);
        double peak = result.path("sgemmPeakGflops").path("1").asDouble();
        assertThat(dense.path("idealGemmShare").asDouble())
                .isCloseTo(dense.path("tokensPerSecond").asDouble() * flop / (peak * 1e9), Offset.offset(1e-9));

        JsonNode generation = result.path("generation");
        assertThat(generation.path("evaluations").asInt()).isEqualTo(2 * (32 + 8 + 3));
        // a parent, and a survivor of the stage before, may meet sequences that they were scored on
        assertThat(generation.path("tokens").asInt())
                .isBetween(2 * TOKENS_A_GENERATION * 4 / 5, 2 * TOKENS_A_GENERATION);
        assertThat(generation.path("candidatesPerSecond").asDouble())
                .isCloseTo(86 / generation.path("seconds").asDouble(), Offset.offset(1e-6));
        long saved = generation.path("blockForwardsSaved").asLong();
        assertThat(generation.path("blockForwardsDone").asLong() + saved).isEqualTo(2L * TOKENS_A_GENERATION / 64 * 3);
        assertThat(saved).isPositive();
        assertThat(result.path("peakResidentBytes").asLong()).isGreaterThan(1L << 26);
    }
}
