package org.paretopress.kernels.model;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Compares every tensor with what {@code config.json} promises: all that a Llama needs, in its shape, and no other. */
record ShapeCheck(ModelFile model) {

    /** Written by some tools, and computed or repeated here: a tied head, and the frequencies of rotary embeddings. */
    private static final String TOLERATED = "lm_head\\.weight|.*rotary_emb\\.inv_freq|" + GgufModel.ROPE_FACTORS;

    void run() {
        Set<String> required = new HashSet<>();
        new LlamaTensors(model.config()).forEach((name, shape) -> {
            require(name, shape);
            required.add(name);
        });
        for (TensorInfo tensor : model.tensors()) {
            if (!required.contains(tensor.name()) && !tensor.name().matches(TOLERATED)) {
                throw new MalformedModelException(
                        model.fileOf(tensor),
                        tensor.offset(),
                        "tensor " + tensor.name() + " has no place in a Llama of "
                                + model.config().blocks() + " blocks.",
                        configuration() + " belongs to another model, or the model is of another architecture.");
            }
        }
    }

    private void require(String name, List<Long> expected) {
        TensorInfo tensor = model.tensor(name);
        if (tensor.type() instanceof IntegerType) {
            throw new MalformedModelException(
                    model.fileOf(tensor),
                    tensor.offset(),
                    "tensor " + name + " has type " + tensor.type().name() + "; F32, F16 and BF16 can be read.",
                    "the model is quantized already: take the original weights.");
        }
        if (!tensor.shape().equals(expected)) {
            throw new MalformedModelException(
                    model.fileOf(tensor),
                    tensor.offset(),
                    "tensor " + name + " has shape " + tensor.shape() + ", " + configuration() + " asks for " + expected
                            + ".",
                    configuration() + " belongs to another model.");
        }
    }

    private String configuration() {
        return model instanceof GgufModel ? "its metadata" : "config.json";
    }
}
