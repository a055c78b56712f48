package org.paretopress.kernels.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the dimensions of a Llama from the metadata of a GGUF file. */
final class GgufConfig {

    private final GgufFile file;

    private GgufConfig(GgufFile file) {
        this.file = file;
    }

    /** @throws MalformedModelException where the file is no Llama, or an entry is missing or impossible */
    static ModelConfig of(GgufFile file) {
        return new GgufConfig(file).read();
    }

    private ModelConfig read() {
        require("llama".equals(value("general.architecture")), "general.architecture", "is not supported; 'llama' is.");
        require(number("llama.expert_count", 0) == 0, "llama.expert_count", "is not supported; 0 is.");
        int blocks = positive("llama.block_count");
        int tensors = file.tensors().size();
        require(blocks <= tensors, "llama.block_count", "is impossible with " + tensors + " tensors.");
        int hiddenSize = positive("llama.embedding_length");
        int heads = positive("llama.attention.head_count");
        int keyValueHeads = positive("llama.attention.head_count_kv", heads);
        require(
                heads % keyValueHeads == 0,
                "llama.attention.head_count_kv",
                "does not divide head_count, " + heads + ".");
        int headSize = positive("llama.attention.key_length", hiddenSize / heads);
        require(headSize % 2 == 0, "llama.attention.key_length", "is odd; rotary embeddings turn pairs of channels.");
        int turned = positive("llama.rope.dimension_count", headSize);
        require(
                turned == headSize,
                "llama.rope.dimension_count",
                "is not supported; the head size, " + headSize + ", is.");
        int vocabularySize = vocabularySize();
        return new ModelConfig(
                hiddenSize,
                positive("llama.feed_forward_length"),
                blocks,
                heads,
                keyValueHeads,
                headSize,
                vocabularySize,
                positive("llama.context_length"),
                number("llama.attention.layer_norm_rms_epsilon", 1e-6),
                number("llama.rope.freq_base", 10_000),
                ropeScaling(headSize),
                file.tensor("output.weight") == null,
                beginOfSequence(vocabularySize));
    }

    private int vocabularySize() {
        return value("tokenizer.ggml.tokens") instanceof List<?> tokens ? tokens.size() : positive("llama.vocab_size");
    }

    private Optional<ModelConfig.RopeScaling> ropeScaling(int headSize) {
        Object type = value("llama.rope.scaling.type");
        require(type == null || type.equals("none"), "llama.rope.scaling.type", "is not supported; 'none' is.");
        TensorInfo stored = file.tensor(GgufModel.ROPE_FACTORS);
        if (stored == null) {
            return Optional.empty();
        }
        if (stored.elements() != headSize / 2) {
            throw new MalformedModelException(
                    file.path(),
                    stored.offset(),
                    "tensor " + stored.name() + " has " + stored.elements() + " elements; half the head size is "
                            + headSize / 2 + ".",
                    "another tool wrote it wrongly.");
        }
        float[] factors = new float[headSize / 2];
        stored.type().read(file.map(stored, 0, stored.rows()), 0, factors.length, factors, 0);
        List<Float> list = new ArrayList<>();
        for (float factor : factors) {
            list.add(factor);
        }
        return Optional.of(new ModelConfig.WavelengthScaling(list));
    }

    private int beginOfSequence(int vocabularySize) {
        String key = "tokenizer.ggml.bos_token_id";
        boolean added = !Boolean.FALSE.equals(value("tokenizer.ggml.add_bos_token"));
        if (!added || !(value(key) instanceof Long id)) {
            return -1;
        }
        require(id < vocabularySize, key, "is beyond the vocabulary of " + vocabularySize + " tokens.");
        return id.intValue();
    }

    private boolean has(String key) {
        return value(key) != null;
    }

    private Object value(String key) {
        return file.metadata().get(key);
    }

    private double number(String key, double fallback) {
        return value(key) instanceof Number number ? number.doubleValue() : fallback;
    }

    private int positive(String key, int fallback) {
        return has(key) ? positive(key) : fallback;
    }

    private int positive(String key) {
        boolean usable = value(key) instanceof Long number && number > 0 && number <= Integer.MAX_VALUE;
        require(usable, key, "should be a positive whole number.");
        return ((Long) value(key)).intValue();
    }

    private void require(boolean holds, String key, String reason) {
        if (!holds) {
            throw new MalformedModelException(
                    file.path(),
                    key + (has(key) ? " = " + value(key) + " " : " is missing: it ") + reason,
                    "the file belongs to another kind of model.");
        }
    }
}
