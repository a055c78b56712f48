package org.paretopress.kernels.model;

import java.util.List;
import java.util.function.BiConsumer;

/** The tensors that a Llama is stored as. */
public record LlamaTensors(ModelConfig config) {

    /** Names and shapes, slowest dimension first. */
    public void forEach(BiConsumer<String, List<Long>> action) {
        List<Long> gain = List.of((long) config.hiddenSize());
        List<Long> vocabulary = List.of((long) config.vocabularySize(), (long) config.hiddenSize());
        action.accept("model.embed_tokens.weight", vocabulary);
        for (int block = 0; block < config.blocks(); block++) {
            action.accept("model.layers." + block + ".input_layernorm.weight", gain);
            action.accept("model.layers." + block + ".post_attention_layernorm.weight", gain);
            for (String projection : ModelConfig.PROJECTIONS) {
                ModelConfig.LayerShape layer = config.layer(block, projection);
                action.accept(layer.name() + ".weight", List.of((long) layer.rows(), (long) layer.columns()));
            }
        }
        action.accept("model.norm.weight", gain);
        if (!config.tiedHead()) {
            action.accept("lm_head.weight", vocabulary);
        }
    }

    /**
     * Elements of all tensors together, in constant time.
     *
     * @throws ArithmeticException beyond 63 bits
     */
    public long parameters() {
        long block = 2L * config.hiddenSize();
        for (String projection : ModelConfig.PROJECTIONS) {
            block = Math.addExact(block, config.layer(0, projection).parameters());
        }
        long vocabulary = (long) config.vocabularySize() * config.hiddenSize();
        long outside = Math.addExact(Math.multiplyExact(vocabulary, config.tiedHead() ? 1L : 2L), config.hiddenSize());
        return Math.addExact(Math.multiplyExact(block, (long) config.blocks()), outside);
    }
}
