package org.paretopress.kernels.model;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Compares every tensor with what {@code config.json} promises: all that a Llama needs, in its shape, and no other. */
record ShapeCheck(HuggingFaceModel model, Set<String> required) {

    /** Written by some tools, and computed or repeated here: a tied head, and the frequencies of rotary embeddings. */
    private static final String TOLERATED = "lm_head\\.weight|.*rotary_emb\\.inv_freq";

    ShapeCheck(HuggingFaceModel model) {
        this(model, new HashSet<>());
    }

    void run() {
        ModelConfig config = model.config();
        long hidden = config.hiddenSize();
        require("model.embed_tokens.weight", config.vocabularySize(), hidden);
        for (int block = 0; block < config.blocks(); block++) {
            require("model.layers." + block + ".input_layernorm.weight", hidden);
            require("model.layers." + block + ".post_attention_layernorm.weight", hidden);
        }
        config.layers().forEach(layer -> require(layer.name() + ".weight", layer.rows(), layer.columns()));
        require("model.norm.weight", hidden);
        if (!config.tiedHead()) {
            require("lm_head.weight", config.vocabularySize(), hidden);
        }
        for (TensorInfo tensor : model.tensors()) {
            if (!required.contains(tensor.name()) && !tensor.name().matches(TOLERATED)) {
                throw new MalformedModelException(
                        model.fileOf(tensor),
                        tensor.offset(),
                        "tensor " + tensor.name() + " has no place in a Llama of " + config.blocks() + " blocks.",
                        "config.json belongs to another model, or the model is of another architecture.");
            }
        }
    }

    private void require(String name, Number... dimensions) {
        required.add(name);
        TensorInfo tensor = model.tensor(name);
        List<Long> expected = Arrays.stream(dimensions).map(Number::longValue).toList();
        if (!tensor.shape().equals(expected)) {
            throw new MalformedModelException(
                    model.fileOf(tensor),
                    tensor.offset(),
                    "tensor " + name + " has shape " + tensor.shape() + ", config.json asks for " + expected + ".",
                    "config.json belongs to another model.");
        }
    }
}
