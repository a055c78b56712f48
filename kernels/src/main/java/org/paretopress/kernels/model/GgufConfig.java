package org.paretopress.kernels.model;

import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;

/** Reads the dimensions of a Llama from the metadata of a GGUF file. */
final class GgufConfig {

    /** Of Llama 3.1 to 3.3, by its factor. */
    private static final List<ModelConfig.RopeScaling> KNOWN_SCALINGS = DoubleStream.of(8, 32)
            .mapToObj(factor -> new ModelConfig.RopeScaling(factor, 1, 4, 8192))
            .toList();

    private final GgufFile file;

    private GgufConfig(GgufFile file) {
        this.file = file;
    }

    /** @throws MalformedModelException where the file is no Llama, or an entry is missing or impossible */
    static ModelConfig of(GgufFile file) {
        return new GgufConfig(file).read();
    }

    private ModelConfig read() {
        if (!"llama".equals(value("general.architecture"))) {
            throw error("general.architecture", "is not supported; 'llama' is.");
        }
        int hiddenSize = positive("llama.embedding_length");
        int heads = positive("llama.attention.head_count");
        int keyValueHeads = has("llama.attention.head_count_kv") ? positive("llama.attention.head_count_kv") : heads;
        if (heads % keyValueHeads != 0) {
            throw error("llama.attention.head_count_kv", "does not divide head_count, " + heads + ".");
        }
        int headSize = has("llama.attention.key_length") ? positive("llama.attention.key_length") : hiddenSize / heads;
        double theta = number("llama.rope.freq_base", 10_000);
        return new ModelConfig(
                hiddenSize,
                positive("llama.feed_forward_length"),
                positive("llama.block_count"),
                heads,
                keyValueHeads,
                headSize,
                vocabularySize(),
                positive("llama.context_length"),
                number("llama.attention.layer_norm_rms_epsilon", 1e-6),
                theta,
                ropeScaling(headSize, theta),
                file.tensor("output.weight") == null,
                beginOfSequence());
    }

    private int vocabularySize() {
        return value("tokenizer.ggml.tokens") instanceof List<?> tokens ? tokens.size() : positive("llama.vocab_size");
    }

    /** llama.cpp has the factors alone; they tell which of the models that are known to have some this is. */
    private Optional<ModelConfig.RopeScaling> ropeScaling(int headSize, double theta) {
        String type = value("llama.rope.scaling.type") instanceof String given ? given : "none";
        if (!type.equals("none")) {
            throw error("llama.rope.scaling.type", "is not supported; 'none' is.");
        }
        TensorInfo stored = file.tensor(GgufModel.ROPE_FACTORS);
        if (stored == null) {
            return Optional.empty();
        }
        float[] factors = new float[Math.toIntExact(stored.elements())];
        stored.type().read(file.map(stored, 0, stored.rows()), 0, factors.length, factors, 0);
        return Optional.of(KNOWN_SCALINGS.stream()
                .filter(scaling -> isNear(factors, scaling.wavelengthFactors(headSize, theta)))
                .findFirst()
                .orElseThrow(() -> new MalformedModelException(
                        file.path(),
                        stored.offset(),
                        "the factors of " + GgufModel.ROPE_FACTORS + " are not those of Llama 3.1, 3.2 or 3.3.",
                        "another model was converted; take its Hugging Face folder.")));
    }

    private static boolean isNear(float[] found, float[] expected) {
        if (found.length != expected.length) {
            return false;
        }
        for (int i = 0; i < found.length; i++) {
            if (Math.abs(found[i] - expected[i]) > 1e-5 * expected[i]) {
                return false;
            }
        }
        return true;
    }

    private int beginOfSequence() {
        boolean added = !Boolean.FALSE.equals(value("tokenizer.ggml.add_bos_token"));
        return added && value("tokenizer.ggml.bos_token_id") instanceof Long id ? Math.toIntExact(id) : -1;
    }

    private boolean has(String key) {
        return value(key) != null;
    }

    private Object value(String key) {
        return file.metadata().get(key);
    }

    private double number(String key, double fallback) {
        return value(key) instanceof Double number ? number : fallback;
    }

    private int positive(String key) {
        if (value(key) instanceof Long number && number > 0 && number <= Integer.MAX_VALUE) {
            return number.intValue();
        }
        throw error(key, "should be a positive whole number.");
    }

    private MalformedModelException error(String key, String reason) {
        return new MalformedModelException(
                file.path(),
                key + (has(key) ? " = " + value(key) + " " : " is missing: it ") + reason,
                "the file belongs to another kind of model.");
    }
}
