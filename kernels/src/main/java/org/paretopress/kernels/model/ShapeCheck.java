package org.paretopress.kernels.model;

import java.util.Arrays;
import java.util.List;

/** Compares every tensor a Llama needs with the shape that {@code config.json} promises. */
record ShapeCheck(HuggingFaceModel model) {

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
        String surplus = "model.layers." + config.blocks() + ".input_layernorm.weight";
        if (model.has(surplus)) {
            throw new MalformedModelException(
                    model.path(),
                    "tensor " + surplus + " lies beyond num_hidden_layers = " + config.blocks() + ".",
                    "config.json belongs to another model.");
        }
    }

    private void require(String name, Number... dimensions) {
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
