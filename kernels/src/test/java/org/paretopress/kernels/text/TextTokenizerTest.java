package org.paretopress.kernels.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.paretopress.kernels.Shared;
import org.paretopress.kernels.model.MalformedModelException;

class TextTokenizerTest {

    @ParameterizedTest
    @ValueSource(strings = {"stories260K", "books-12L"})
    void idsEqualThoseOfAnotherProgram(String name) throws IOException {
        JsonNode reference = new ObjectMapper()
                .readTree(Shared.path("reference/tokens/" + name + ".json").toFile());
        String text =
                Files.readString(Shared.path(reference.path("text").asText())).substring(0, 4000);
        int[] expected = new int[reference.path("ids").size()];
        Arrays.setAll(expected, i -> reference.path("ids").get(i).asInt());
        try (TextTokenizer tokenizer = TextTokenizer.open(Shared.path("models/" + name), 1)) {
            assertThat(tokenizer.encode(text)).isEqualTo(expected);
        }
    }

    @Test
    void aMissingTokenizerIsNamed(@TempDir Path directory) {
        assertThatThrownBy(() -> TextTokenizer.open(directory, 1))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContaining("tokenizer.json");
    }

    @Test
    void aDamagedTokenizerIsNamed(@TempDir Path directory) throws IOException {
        Files.writeString(directory.resolve("tokenizer.json"), "{\"version\": ");
        assertThatThrownBy(() -> TextTokenizer.open(directory, 1))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContaining("tokenizer.json");
    }
}
