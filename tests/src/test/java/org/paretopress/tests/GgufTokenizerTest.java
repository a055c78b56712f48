package org.paretopress.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.paretopress.kernels.export.GgufExporter;
import org.paretopress.kernels.model.GgufFile;
import org.paretopress.kernels.model.MalformedModelException;
import org.paretopress.kernels.model.ModelFile;
import org.paretopress.kernels.text.TextTokenizer;

/** Tokenizers over bytes, written as GGUF: llama.cpp finds the same tokens as the library of Hugging Face. */
class GgufTokenizerTest {

    private static final String BYTES =
            "{\"type\": \"ByteLevel\", \"add_prefix_space\": false, \"trim_offsets\": true, \"use_regex\": %s}";
    private static final String LLAMA_3 = """
            {"type": "Sequence", "pretokenizers": [{"type": "Split", "behavior": "Isolated", "invert": false, "pattern": {"Regex":
            "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?\\\\p{L}+|\\\\p{N}{1,3}| ?[^\\\\s\\\\p{L}\\\\p{N}]+[\\\\r\\\\n]*|\\\\s*[\\\\r\\\\n]+|\\\\s+(?!\\\\S)|\\\\s+"}},
            """ + BYTES.formatted(false) + "]}";
    private static final String SMOLLM = "{\"type\": \"Sequence\", \"pretokenizers\": "
            + "[{\"type\": \"Digits\", \"individual_digits\": true}, " + BYTES.formatted(true) + "]}";

    /** Some are never made, if texts are cut before as they should be. */
    private static final String[] MERGES = {
        "h e", "Ġ t", "Ġt he", "n u", "nu l", "nul l", "1 2", "12 3", "Ġ 1", "Ġ1 2", "3 4", ", Ġ", "e Ġ", "Ġ Ġ",
        "ĠĠ ĠĠ", "' l", "'l l", "Ċ Ċ", ". Ċ", "Ġ a", "Ã ¼", "o n", "ĊĊ Ġ"
    };

    private static final String TEXT = """
            the null, then 1234 and 12345678; we'll see: "the the"  (four    spaces)

              grüße, naïve — 北京 🙂 1 22 333 4444.\t\tTHE END'LL
            x=[null,null];  // 12.5%
            """;

    @TempDir
    private Path folder;

    /** The embedded model with a tokenizer over bytes: a symbol a byte, then the merges. */
    private ModelFile model(String preTokenizer) throws IOException {
        ModelFolder.demo(folder, 1);
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode tokenizer = mapper.createObjectNode().put("version", "1.0");
        tokenizer.set("pre_tokenizer", mapper.readTree(preTokenizer));
        tokenizer.set("decoder", mapper.readTree(BYTES.formatted(true)));
        tokenizer
                .putArray("added_tokens")
                .addObject()
                .put("id", 1)
                .put("content", "<s>")
                .put("special", true)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false);
        ObjectNode model = tokenizer
                .putObject("model")
                .put("type", "BPE")
                .putNull("unk_token")
                .put("byte_fallback", false);
        ObjectNode vocabulary = model.putObject("vocab");
        for (int value = 0, next = 256; value < 256; value++) {
            boolean shown = value > 32 && value < 127 || value > 160 && value != 173;
            vocabulary.put(Character.toString(shown ? value : next++), 2 + value);
        }
        for (String merge : MERGES) {
            model.withArray("merges").add(merge);
            vocabulary.put(merge.replace(" ", ""), 2 + vocabulary.size());
        }
        mapper.writeValue(folder.resolve("tokenizer.json").toFile(), tokenizer);
        return ModelFile.open(folder);
    }

    private Path export(ModelFile model) throws IOException {
        Path file = folder.resolve("model.gguf");
        new GgufExporter(model, null, Map.of()).writeTo(file, "model");
        return file;
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama-bpe", "gpt-2", "smollm"})
    void llamaCppFindsTheSameTokens(String name) throws Exception {
        ModelFile model = model(
                switch (name) {
                    case "llama-bpe" -> LLAMA_3;
                    case "gpt-2" -> BYTES.formatted(true);
                    default -> SMOLLM;
                });
        Path file = export(model);
        assertThat(GgufFile.open(file).metadata()).containsEntry("tokenizer.ggml.pre", name);
        JsonNode found = LlamaCpp.of(file, Files.writeString(folder.resolve("text"), TEXT), 32)
                .path("tokens");
        try (TextTokenizer tokenizer = TextTokenizer.open(model)) {
            assertThat(IntStream.range(0, found.size())
                            .map(i -> found.path(i).asInt())
                            .toArray())
                    .isEqualTo(tokenizer.encode(TEXT));
        }
    }

    /** Tokens beyond the tokenizer's are padding, and a word that reads as JSON's null is a word. */
    @Test
    void everyTokenHasItsKind() throws IOException {
        GgufFile file = GgufFile.open(export(model(LLAMA_3)));
        var tokens = (List<?>) file.metadata().get("tokenizer.ggml.tokens");
        var types = (List<?>) file.metadata().get("tokenizer.ggml.token_type");
        assertThat(tokens).hasSize(1024).hasSameSizeAs(types);
        assertThat(types.get(tokens.indexOf("null"))).isEqualTo(1L);
        assertThat(types.get(1)).isEqualTo(3L);
        assertThat(tokens.get(1023)).isEqualTo("[PAD1023]");
        assertThat(types.get(1023)).isEqualTo(5L);
        assertThat(file.metadata())
                .containsEntry("tokenizer.ggml.bos_token_id", 1L)
                .containsEntry("tokenizer.ggml.eos_token_id", 2L); // of config.json
    }

    @Test
    void aTokenizerThatLlamaCppHasNotIsRefused() throws IOException {
        ModelFile model = model(LLAMA_3.replace("{1,3}", "{1,2}"));
        assertThatThrownBy(() -> export(model))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContainingAll("tokenizer.json", "{1,2}", "Maybe ");
    }
}
