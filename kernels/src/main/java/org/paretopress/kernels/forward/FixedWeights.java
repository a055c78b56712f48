package org.paretopress.kernels.forward;

import java.util.ArrayList;
import java.util.List;
import org.paretopress.kernels.model.ModelConfig;
import org.paretopress.kernels.model.ModelFile;
import org.paretopress.kernels.model.TensorInfo;
import org.paretopress.kernels.ops.Tensor;
import org.paretopress.kernels.ops.TensorOps;

/**
 * What no candidate changes: embeddings, norm gains, output head. Loaded once, read by every thread.
 *
 * @param embedding vocabulary × hidden
 * @param attentionNorms one gain a block; likewise {@code mlpNorms}
 * @param head vocabulary × hidden; the embedding itself where the model ties them
 */
public record FixedWeights(
        Tensor embedding, List<float[]> attentionNorms, List<float[]> mlpNorms, float[] finalNorm, Tensor head)
        implements AutoCloseable {

    public static FixedWeights load(ModelFile model, TensorOps ops) {
        ModelConfig config = model.config();
        List<float[]> attentionNorms = new ArrayList<>();
        List<float[]> mlpNorms = new ArrayList<>();
        for (int block = 0; block < config.blocks(); block++) {
            attentionNorms.add(model.read("model.layers." + block + ".input_layernorm.weight"));
            mlpNorms.add(model.read("model.layers." + block + ".post_attention_layernorm.weight"));
        }
        Tensor embedding = load(model, "model.embed_tokens.weight", ops);
        Tensor head = config.tiedHead() ? embedding : load(model, "lm_head.weight", ops);
        return new FixedWeights(embedding, attentionNorms, mlpNorms, model.read("model.norm.weight"), head);
    }

    /** Copies a matrix of the model into an engine's memory, a row at a time. */
    static Tensor load(ModelFile model, String name, TensorOps ops) {
        TensorInfo info = model.tensor(name);
        Tensor tensor = ops.allocateOperand(Math.toIntExact(info.rows()), info.columns());
        int rowsAtOnce = Math.max(1, (1 << 18) / info.columns());
        float[] values = new float[rowsAtOnce * info.columns()];
        for (int first = 0; first < tensor.rows(); first += rowsAtOnce) {
            int rows = Math.min(rowsAtOnce, tensor.rows() - first);
            model.read(info, first, rows, values);
            tensor.writeRows(first, rows, values, 0);
        }
        return tensor;
    }

    @Override
    public void close() {
        embedding.close();
        if (head != embedding) {
            head.close();
        }
    }
}
