package org.paretopress.kernels.export;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.paretopress.kernels.forward.WeightCache;
import org.paretopress.kernels.levels.LevelDatabase;
import org.paretopress.kernels.levels.PackedMatrix;
import org.paretopress.kernels.levels.QuantizedMatrix;
import org.paretopress.kernels.levels.UniformGrid;
import org.paretopress.kernels.model.DataType;
import org.paretopress.kernels.model.HuggingFaceModel;
import org.paretopress.kernels.model.ModelConfig;
import org.paretopress.kernels.model.TensorInfo;

/**
 * Writes a Hugging Face directory in the format {@code pack-quantized} of compressed-tensors, which vLLM and transformers load: layers on
 * uniform grids as packed integers that stand for the very weights that were searched; all other levels as 32-bit floats.
 *
 * <p>What is written has kernels in vLLM: 4 or 8 bits, and groups of 32, 64 or 128 weights where the searched groups can be cut into such.
 * Narrower grids are written without zero points, because the differences of code and zero point fit; grids of 4 and 8 bits that have zero points
 * keep them. Layers that vLLM runs as one (query, key and value; gate and up) get one form, or none is packed. The configuration names the layers of
 * each form one by one.
 */
public final class CompressedTensorsExporter {

    private static final String FORMAT = "pack-quantized";

    /** Groups that kernels take, the largest first. */
    private static final List<Integer> GROUP_SIZES = List.of(128, 64, 32);

    /** Layers that vLLM runs as one. */
    private static final List<List<String>> FUSED = List.of(
            List.of("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
            List.of("self_attn.o_proj"),
            List.of("mlp.gate_proj", "mlp.up_proj"),
            List.of("mlp.down_proj"));

    private final HuggingFaceModel model;
    private final LevelDatabase levels;
    private final Map<String, String> assignment;
    private final Map<String, Scheme> schemes = new TreeMap<>();
    private final Map<String, Set<String>> rewritten = new TreeMap<>();

    /**
     * How codes of a layer are stored.
     *
     * @param symmetric whether a code is the difference from the zero point, counted from the middle of the range
     */
    record Scheme(int bits, int groupSize, boolean symmetric) {}

    /**
     * @param levels may be null where every layer stays dense
     * @param assignment level name by layer name; layers that are not named stay dense
     */
    public CompressedTensorsExporter(HuggingFaceModel model, LevelDatabase levels, Map<String, String> assignment) {
        this.model = model;
        this.levels = levels;
        this.assignment = assignment;
    }

    /**
     * Writes into an empty or new directory.
     *
     * @return for every level whose codes are not those of the format, what it is written as: {@code "3" → "int4"}, with the same values;
     *     {@code "sparse:0.5" → "F32"}
     */
    public Map<String, Set<String>> writeTo(Path directory) throws IOException {
        for (int block = 0; block < model.config().blocks(); block++) {
            for (List<String> fused : FUSED) {
                choose(block, fused);
            }
        }
        new HuggingFaceFolder(model, this::replacement).writeTo(directory, this::configure);
        return rewritten;
    }

    /** Gives layers that run as one their form; none, where a level among them cannot be packed. */
    private void choose(int block, List<String> fused) {
        List<String> layers = fused.stream()
                .map(projection -> ModelConfig.layerName(block, projection))
                .toList();
        List<PackedMatrix> matrices = layers.stream().map(this::level).toList();
        if (!matrices.stream().allMatch(matrix -> matrix != null && matrix.layout() instanceof UniformGrid)) {
            return;
        }
        List<UniformGrid> grids =
                matrices.stream().map(matrix -> (UniformGrid) matrix.layout()).toList();
        int groupSize =
                groupSize(grids.get(0).quantizationGroupSize(), matrices.get(0).columns());
        if (groupSize > 0) {
            int most = grids.stream().mapToInt(UniformGrid::bits).max().orElseThrow();
            int bits = most <= 4 ? 4 : 8;
            boolean symmetric = grids.stream().allMatch(grid -> grid.symmetric() || grid.bits() < bits);
            layers.forEach(layer -> schemes.put(layer, new Scheme(bits, groupSize, symmetric)));
        }
    }

    /** The largest group of a kernel's that both the searched groups and rows consist of, else the searched one; 0 if rows do not. */
    private static int groupSize(int searched, int columns) {
        return GROUP_SIZES.stream()
                .filter(size -> searched % size == 0 && columns % size == 0)
                .findFirst()
                .orElse(columns % searched == 0 ? searched : 0);
    }

    /** Null where the layer stays as it is. */
    private PackedMatrix level(String layer) {
        String name = assignment.getOrDefault(layer, WeightCache.DENSE);
        return name.equals(WeightCache.DENSE) ? null : levels.level(layer, name);
    }

    private List<TensorEntry> replacement(TensorInfo tensor) {
        String layer = tensor.name().replaceFirst("\\.weight$", "");
        PackedMatrix level = level(layer);
        if (level == null) {
            return List.of();
        }
        Scheme scheme = schemes.get(layer);
        String written = scheme == null ? DataType.F32.name() : "int" + scheme.bits();
        if (!written.equals("int" + level.level())) {
            rewritten.computeIfAbsent(level.level(), unused -> new TreeSet<>()).add(written);
        }
        return scheme == null
                ? List.of(HuggingFaceExporter.floats(tensor, level))
                : new PackedLayer(layer, (QuantizedMatrix) level, scheme).tensors();
    }

    /** Scales are binary16, so that is what readers are told to compute in. */
    private void configure(ObjectNode config) {
        if (schemes.isEmpty()) {
            JsonFile.nameType(config, DataType.F32);
            return;
        }
        JsonFile.nameType(config, DataType.F16);
        ObjectNode quantization = config.putObject("quantization_config");
        quantization
                .put("quant_method", "compressed-tensors")
                .put("format", FORMAT)
                .put("quantization_status", "compressed");
        quantization.putNull("kv_cache_scheme").putNull("global_compression_ratio");
        ArrayNode ignored = quantization.putArray("ignore");
        model.config().layers().stream()
                .map(ModelConfig.LayerShape::name)
                .filter(layer -> !schemes.containsKey(layer))
                .forEach(ignored::add);
        ignored.add("lm_head");
        ObjectNode groups = quantization.putObject("config_groups");
        for (Scheme scheme : schemes.values().stream().distinct().toList()) {
            ObjectNode group = groups.putObject("group_" + groups.size());
            ArrayNode targets = group.putArray("targets");
            model.config().layers().stream()
                    .map(ModelConfig.LayerShape::name)
                    .filter(layer -> scheme.equals(schemes.get(layer)))
                    .forEach(targets::add);
            group.putObject("weights")
                    .put("num_bits", scheme.bits())
                    .put("type", "int")
                    .put("symmetric", scheme.symmetric())
                    .put("strategy", "group")
                    .put("group_size", scheme.groupSize())
                    .put("dynamic", false);
            group.putNull("input_activations").putNull("output_activations");
            group.put("format", FORMAT);
        }
    }
}
