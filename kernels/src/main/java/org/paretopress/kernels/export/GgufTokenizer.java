package org.paretopress.kernels.export;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.paretopress.kernels.model.GgufModel;
import org.paretopress.kernels.model.MalformedModelException;
import org.paretopress.kernels.model.ModelConfig;
import org.paretopress.kernels.model.ModelFile;

/**
 * A {@code tokenizer.json} as the metadata that llama.cpp reads: byte-pair encoding over characters with bytes to fall back to, as Llama
 * 1 and 2 have it ({@code llama}), or over bytes, as Llama 3 has it ({@code gpt2}).
 */
final class GgufTokenizer {

    private static final String PREFIX = "tokenizer.ggml.";

    /** What a token is; numbers of llama.cpp. */
    private static final int NORMAL = 1;

    private static final int UNKNOWN = 2;
    private static final int CONTROL = 3;
    private static final int USER_DEFINED = 4;
    private static final int UNUSED = 5;
    private static final int BYTE = 6;

    /** Below every merge: no pair becomes this token. */
    private static final float NEVER_MERGED = -1e9f;

    /** How Llama 3 cuts a text. */
    private static final String LLAMA_3 = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"
            + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    private final Path folder;
    private final Path path;
    private final JsonNode tokenizer;
    private final JsonNode settings;
    private final String[] tokens;
    private final int[] types;

    private GgufTokenizer(Path folder, int vocabularySize) {
        this.folder = folder;
        this.path = folder.resolve("tokenizer.json");
        if (!Files.isRegularFile(path)) {
            throw error("the model has no tokenizer.", "put the tokenizer.json of the original model there.");
        }
        this.tokenizer = json("tokenizer.json");
        this.settings = json("tokenizer_config.json");
        this.tokens = new String[vocabularySize];
        this.types = new int[vocabularySize];
    }

    /**
     * The entries of the metadata.
     *
     * @throws MalformedModelException where llama.cpp has no such tokenizer
     */
    static Map<String, Object> metadata(ModelFile model) {
        if (model instanceof GgufModel gguf) {
            Map<String, Object> metadata = new LinkedHashMap<>();
            gguf.metadata().forEach((key, value) -> {
                if (key.startsWith("tokenizer.")) {
                    metadata.put(key, writable(value));
                }
            });
            return metadata;
        }
        return new GgufTokenizer(model.folder(), model.config().vocabularySize()).metadata(model.config());
    }

    /** A value as a file had it, in the form that {@link GgufWriter} takes. */
    private static Object writable(Object value) {
        if (value instanceof List<?> list) {
            if (list.stream().allMatch(String.class::isInstance)) {
                return list.toArray(String[]::new);
            }
            if (list.stream().allMatch(Long.class::isInstance)) {
                return list.stream().mapToInt(one -> ((Long) one).intValue()).toArray();
            }
            float[] numbers = new float[list.size()];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = ((Number) list.get(i)).floatValue();
            }
            return numbers;
        }
        return value instanceof Long number
                ? (Object) number.intValue()
                : value instanceof Double number ? number.floatValue() : value;
    }

    private Map<String, Object> metadata(ModelConfig config) {
        JsonNode model = tokenizer.path("model");
        if (!model.path("type").asText().equals("BPE")) {
            throw error(
                    "a tokenizer of type " + model.path("type") + " cannot be written as GGUF; BPE can.",
                    "write another --format.");
        }
        readVocabulary(model);
        List<String[]> merges = merges(model);
        Map<String, Object> metadata = new LinkedHashMap<>();
        boolean overCharacters = model.path("byte_fallback").asBoolean();
        metadata.put(PREFIX + "model", overCharacters ? "llama" : "gpt2");
        metadata.put(PREFIX + "pre", overCharacters ? "default" : preTokenizer());
        metadata.put(PREFIX + "tokens", tokens);
        metadata.put(PREFIX + "token_type", types);
        if (overCharacters) {
            metadata.put(PREFIX + "scores", scores(merges));
            metadata.put(PREFIX + "add_space_prefix", addsSpace());
        } else {
            metadata.put(
                    PREFIX + "merges",
                    merges.stream().map(pair -> String.join(" ", pair)).toArray(String[]::new));
        }
        int begin = config.beginOfSequence();
        special(metadata, "bos", begin);
        special(metadata, "eos", endOfSequence());
        special(metadata, "unknown", id("unk_token"));
        special(metadata, "padding", id("pad_token"));
        metadata.put(PREFIX + "add_bos_token", begin >= 0 && begin < tokens.length && addsBegin(tokens[begin]));
        metadata.put(PREFIX + "add_eos_token", settings.path("add_eos_token").asBoolean());
        String template = chatTemplate();
        if (!template.isEmpty()) {
            metadata.put("tokenizer.chat_template", template);
        }
        return metadata;
    }

    private void readVocabulary(JsonNode model) {
        Arrays.fill(types, UNUSED);
        Arrays.setAll(tokens, id -> "[PAD" + id + "]");
        for (Map.Entry<String, JsonNode> entry : model.path("vocab").properties()) {
            boolean single =
                    model.path("byte_fallback").asBoolean() && entry.getKey().matches("<0x[0-9A-F]{2}>");
            boolean unknown = entry.getKey().equals(model.path("unk_token").textValue());
            enter(entry.getValue().asInt(-1), entry.getKey(), single ? BYTE : unknown ? UNKNOWN : NORMAL);
        }
        for (JsonNode added : tokenizer.path("added_tokens")) {
            int id = added.path("id").asInt(-1);
            if (id < 0 || id >= types.length || types[id] != UNKNOWN) {
                enter(id, added.path("content").asText(), added.path("special").asBoolean() ? CONTROL : USER_DEFINED);
            }
        }
    }

    private void enter(int id, String token, int type) {
        if (id < 0 || id >= tokens.length) {
            throw error(
                    "token " + id + " is beyond the model's vocabulary of " + tokens.length + ".",
                    "the tokenizer belongs to another model.");
        }
        tokens[id] = token;
        types[id] = type;
    }

    /** Pairs of texts, the first to be merged first. */
    private static List<String[]> merges(JsonNode model) {
        List<String[]> merges = new ArrayList<>();
        for (JsonNode merge : model.path("merges")) {
            merges.add(
                    merge.isArray()
                            ? new String[] {
                                merge.path(0).asText(), merge.path(1).asText()
                            }
                            : merge.asText().split(" ", 2));
        }
        return merges;
    }

    /** llama.cpp merges the pair whose result has the highest score: that of the earliest merge. */
    private float[] scores(List<String[]> merges) {
        Map<String, Integer> ranks = new HashMap<>();
        for (int rank = 0; rank < merges.size(); rank++) {
            ranks.putIfAbsent(String.join("", merges.get(rank)), rank);
        }
        float[] scores = new float[tokens.length];
        for (int id = 0; id < scores.length; id++) {
            Integer rank = ranks.get(tokens[id]);
            scores[id] = rank == null ? NEVER_MERGED : -rank;
        }
        return scores;
    }

    /** Whether a text is read as if it began with a space. */
    private boolean addsSpace() {
        JsonNode pre = tokenizer.path("pre_tokenizer");
        return tokenizer.path("normalizer").findValuesAsText("type").contains("Prepend")
                || pre.findValues("prepend_scheme").stream()
                        .anyMatch(scheme -> !scheme.asText().equals("never"))
                || pre.findValues("add_prefix_space").stream().anyMatch(JsonNode::asBoolean);
    }

    /** The name under which llama.cpp knows how a text is cut before bytes are merged. */
    private String preTokenizer() {
        JsonNode pre = tokenizer.path("pre_tokenizer");
        List<String> steps = pre.findValuesAsText("type").stream()
                .filter(type -> !type.equals("Sequence"))
                .toList();
        List<String> patterns = pre.findValuesAsText("Regex");
        boolean ownPattern = pre.findValues("use_regex").stream().allMatch(JsonNode::asBoolean);
        boolean digits = pre.findValues("individual_digits").stream().anyMatch(JsonNode::asBoolean);
        if (steps.equals(List.of("Split", "ByteLevel")) && patterns.equals(List.of(LLAMA_3)) && !ownPattern) {
            return "llama-bpe";
        }
        if (steps.equals(List.of("ByteLevel")) && ownPattern) {
            return "gpt-2";
        }
        if (steps.equals(List.of("Digits", "ByteLevel")) && digits && ownPattern) {
            return "smollm";
        }
        throw error(
                "llama.cpp's name for the pre-tokenizer " + pre + " is not known.",
                "write another --format; llama.cpp's own converter knows more tokenizers.");
    }

    /** Whether the model's own tokenizer begins every text with this token. */
    private boolean addsBegin(String token) {
        JsonNode given = settings.path("add_bos_token");
        return given.isBoolean()
                ? given.asBoolean()
                : tokenizer.path("post_processor").findValuesAsText("id").contains(token);
    }

    /** By its name in tokenizer_config.json, or its number in the others. */
    private int endOfSequence() {
        int named = id("eos_token");
        for (String file : List.of("generation_config.json", "config.json")) {
            JsonNode number = json(file).path("eos_token_id");
            number = number.isArray() ? number.path(0) : number;
            if (named < 0 && number.isInt() && number.asInt() < tokens.length) {
                named = number.asInt();
            }
        }
        return named;
    }

    private String chatTemplate() {
        Path file = folder.resolve("chat_template.jinja");
        JsonNode given = settings.path("chat_template");
        for (JsonNode one : given) { // several, by name
            if (one.path("name").asText().equals("default")) {
                given = one.path("template");
            }
        }
        try {
            return given.isTextual() ? given.asText() : Files.isRegularFile(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + file, e);
        }
    }

    private static void special(Map<String, Object> metadata, String role, int id) {
        if (id >= 0) {
            metadata.put(PREFIX + role + "_token_id", id);
        }
    }

    /** Of a token that tokenizer_config.json names; -1 for none. */
    private int id(String role) {
        JsonNode named = settings.path(role);
        String text = named.isTextual() ? named.asText() : named.path("content").asText("");
        return text.isEmpty() ? -1 : Arrays.asList(tokens).indexOf(text);
    }

    /** A file of the folder; empty where there is none. */
    private JsonNode json(String name) {
        Path file = folder.resolve(name);
        ObjectMapper mapper = new ObjectMapper();
        try {
            return Files.isRegularFile(file) ? mapper.readTree(file.toFile()) : mapper.createObjectNode();
        } catch (JsonProcessingException e) {
            throw new MalformedModelException(file, "not JSON: " + e.getOriginalMessage(), "the copy was cut.");
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + file, e);
        }
    }

    private MalformedModelException error(String reason, String remedy) {
        return new MalformedModelException(path, reason, remedy);
    }
}
