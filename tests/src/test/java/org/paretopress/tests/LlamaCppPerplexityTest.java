package org.paretopress.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Perplexities of whole texts against those that llama.cpp computed with 32-bit weights. */
class LlamaCppPerplexityTest {

    private static final double TOLERANCE = 0.0005;

    @ParameterizedTest
    @CsvSource({
        "models/stories260K, data/stories-holdout.txt, 128",
        "models/stories260K, data/stories-holdout.txt, 256",
        "models/demo-6L, models/demo-6L/holdout.txt, 256",
        "models/books-12L, data/books-holdout.txt, 128"
    })
    void equalsThatOfLlamaCpp(String model, String text, int context) throws IOException {
        double expected = reference(model, text, context);
        JsonNode answer = Command.run(
                        "evaluate",
                        Shared.path(model).toString(),
                        "--json",
                        "--master=local[2]",
                        "--text=" + Shared.path(text),
                        "--chunking=llama.cpp",
                        "--sequence-length=" + context)
                .json();
        double perplexity = answer.path("perplexity").asDouble();
        assertThat(perplexity).isCloseTo(expected, within(TOLERANCE * expected));
        assertThat(Math.exp(answer.path("nll").asDouble())).isCloseTo(perplexity, within(1e-9 * perplexity));
        assertThat(answer.path("tokens").asLong() % (context / 2 - 1)).isZero();
        assertThat(answer.has("kl")).isFalse();
    }

    private static double reference(String model, String text, int context) throws IOException {
        Path file = Shared.path("reference/llamacpp.json");
        for (JsonNode entry : new ObjectMapper().readTree(file.toFile()).path("perplexity")) {
            if (entry.path("model").asText().equals(model)
                    && entry.path("text").asText().equals(text)
                    && entry.path("context").asInt() == context) {
                return entry.path("value").asDouble();
            }
        }
        throw new AssertionError(file + " has no perplexity of " + model + " on " + text);
    }
}
