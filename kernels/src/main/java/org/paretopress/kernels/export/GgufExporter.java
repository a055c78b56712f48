package org.paretopress.kernels.export;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongUnaryOperator;
import org.paretopress.kernels.forward.WeightCache;
import org.paretopress.kernels.levels.Dropped;
import org.paretopress.kernels.levels.LevelDatabase;
import org.paretopress.kernels.model.DataType;
import org.paretopress.kernels.model.GgufModel;
import org.paretopress.kernels.model.GgufNames;
import org.paretopress.kernels.model.LlamaTensors;
import org.paretopress.kernels.model.ModelConfig;
import org.paretopress.kernels.model.ModelFile;
import org.paretopress.kernels.model.RotaryRows;
import org.paretopress.kernels.model.TensorInfo;

/**
 * Writes a model as one GGUF file, which llama.cpp loads: all tensors, the tokenizer, and what else describes a Llama.
 *
 * <p>Levels of GGML are written byte for byte as they were searched. Others have no form of their own there: grids are rounded once more,
 * to the K-quant of as many bits; everything else is written in 16 bits. A transformer block of which both sub-blocks are dropped is
 * left out; a single dropped sub-block becomes zeros. Norms are widened to 32 bits, as llama.cpp wants them.
 */
public final class GgufExporter {

    private final ModelFile model;
    private final ModelConfig config;
    private final LevelDatabase levels;
    private final Map<String, String> assignment;
    private final Map<String, Set<String>> rewritten = new TreeMap<>();

    /**
     * @param levels may be null where every layer stays dense
     * @param assignment level name by layer name; layers that are not named stay dense
     */
    public GgufExporter(ModelFile model, LevelDatabase levels, Map<String, String> assignment) {
        this.model = model;
        this.config = model.config();
        this.levels = levels;
        this.assignment = assignment;
    }

    /**
     * Writes the file.
     *
     * @param name what the model is called in it
     * @return for every level that GGUF has no form for, what it is written as, which depends on the shape of a layer: {@code "3" →
     *     "Q3_K", "Q4_0"}
     */
    public Map<String, Set<String>> writeTo(Path file, String name) throws IOException {
        Map<Integer, Integer> numbers = new LinkedHashMap<>();
        for (int block = 0; block < config.blocks(); block++) {
            if (!isDropped(block)) {
                numbers.put(block, numbers.size());
            }
        }
        List<TensorEntry> entries = new ArrayList<>();
        config.ropeScaling().ifPresent(scaling -> entries.add(factors(scaling)));
        new LlamaTensors(config).forEach((tensor, shape) -> {
            String written = renumbered(tensor, numbers);
            if (written != null) {
                entries.add(entry(model.tensor(tensor), GgufNames.of(written)));
            }
        });
        GgufWriter.write(file, metadata(name, numbers.size()), entries);
        return rewritten;
    }

    private boolean isDropped(int block) {
        return ModelConfig.PROJECTIONS.stream()
                .allMatch(projection -> Dropped.LEVEL.equals(assignment.get(ModelConfig.layerName(block, projection))));
    }

    /** The name of a tensor when blocks that are left out are not counted; null in such a block. */
    private static String renumbered(String tensor, Map<Integer, Integer> numbers) {
        String prefix = "model.layers.";
        if (!tensor.startsWith(prefix)) {
            return tensor;
        }
        String[] parts = tensor.substring(prefix.length()).split("\\.", 2);
        Integer number = numbers.get(Integer.valueOf(parts[0]));
        return number == null ? null : prefix + number + "." + parts[1];
    }

    private Map<String, Object> metadata(String name, int blocks) {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("general.architecture", "llama");
        metadata.put("general.type", "model");
        metadata.put("general.name", name);
        metadata.put("general.quantization_version", 2);
        metadata.put("llama.block_count", blocks);
        metadata.put("llama.context_length", config.maxPositions());
        metadata.put("llama.embedding_length", config.hiddenSize());
        metadata.put("llama.feed_forward_length", config.intermediateSize());
        metadata.put("llama.attention.head_count", config.heads());
        metadata.put("llama.attention.head_count_kv", config.keyValueHeads());
        metadata.put("llama.attention.key_length", config.headSize());
        metadata.put("llama.attention.value_length", config.headSize());
        metadata.put("llama.attention.layer_norm_rms_epsilon", (float) config.normEpsilon());
        metadata.put("llama.rope.dimension_count", config.headSize());
        metadata.put("llama.rope.freq_base", (float) config.ropeTheta());
        metadata.put("llama.vocab_size", config.vocabularySize());
        metadata.putAll(GgufTokenizer.metadata(model));
        return metadata;
    }

    private TensorEntry factors(ModelConfig.RopeScaling scaling) {
        float[] factors = scaling.wavelengthFactors(config.headSize(), config.ropeTheta());
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * factors.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(factors);
        return new TensorEntry(
                GgufModel.ROPE_FACTORS,
                DataType.F32,
                List.of((long) factors.length),
                out -> out.write(bytes.duplicate()));
    }

    private TensorEntry entry(TensorInfo tensor, String name) {
        String layer = tensor.name().replaceFirst("\\.weight$", "");
        String level = assignment.getOrDefault(layer, WeightCache.DENSE);
        GgufRows rows = level.equals(WeightCache.DENSE)
                ? GgufRows.dense(model, tensor)
                : GgufRows.of(levels.level(layer, level));
        if (!level.equals(WeightCache.DENSE) && !level.equals(rows.type().name())) {
            rewritten
                    .computeIfAbsent(level, unused -> new TreeSet<>())
                    .add(rows.type().name());
        }
        LongUnaryOperator order = RotaryRows.concern(tensor.name())
                ? new RotaryRows(config.headSize())::inHuggingFace
                : LongUnaryOperator.identity();
        return new TensorEntry(name, rows.type(), tensor.shape(), out -> rows.write(tensor.rows(), order, out));
    }
}
