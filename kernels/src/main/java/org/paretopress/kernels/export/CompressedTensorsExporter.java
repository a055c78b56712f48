package org.paretopress.kernels.export;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
import org.paretopress.kernels.model.IntegerType;
import org.paretopress.kernels.model.ModelConfig;
import org.paretopress.kernels.model.TensorInfo;

/**
 * Writes a Hugging Face directory in the format {@code pack-quantized} of compressed-tensors, which vLLM and transformers load: layers on
 * uniform grids as packed integers with the codes, scales and zero points that were searched; all other levels as 32-bit floats.
 *
 * <p>Codes take 4 or 8 bits, the widths that all releases of vLLM read; narrower grids stand in them unchanged. Layers that vLLM runs as one
 * (query, key and value; gate and up) get one width. The configuration names the layers of each width one by one.
 */
public final class CompressedTensorsExporter {

    private static final String FORMAT = "pack-quantized";

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

    /** How codes of a layer are stored. */
    private record Scheme(int bits, int groupSize, boolean symmetric) {}

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

    private void choose(int block, List<String> fused) {
        int bits = 4;
        for (String projection : fused) {
            UniformGrid grid = grid(ModelConfig.layerName(block, projection));
            bits = grid != null && grid.bits() > 4 ? 8 : bits;
        }
        for (String projection : fused) {
            String layer = ModelConfig.layerName(block, projection);
            UniformGrid grid = grid(layer);
            if (grid != null) {
                schemes.put(layer, new Scheme(bits, grid.quantizationGroupSize(), grid.symmetric()));
            }
        }
    }

    /** The grid of a layer whose level can be packed; null for any other. */
    private UniformGrid grid(String layer) {
        PackedMatrix level = level(layer);
        return level != null
                        && level.layout() instanceof UniformGrid grid
                        && level.columns() % grid.quantizationGroupSize() == 0
                ? grid
                : null;
    }

    /** Null where the layer stays as it is. */
    private PackedMatrix level(String layer) {
        String name = assignment.getOrDefault(layer, WeightCache.DENSE);
        return name.equals(WeightCache.DENSE) ? null : levels.level(layer, name);
    }

    private List<SafetensorsWriter.Entry> replacement(TensorInfo tensor) {
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
                : packed(layer, (QuantizedMatrix) level, scheme);
    }

    private static List<SafetensorsWriter.Entry> packed(String layer, QuantizedMatrix matrix, Scheme scheme) {
        int rows = matrix.rows();
        int columns = matrix.columns();
        int groups = columns / scheme.groupSize();
        int perWord = Integer.SIZE / scheme.bits();
        // Codes without stored zero points are counted from the middle of their range.
        int shift = scheme.symmetric() ? (1 << scheme.bits() - 1) - matrix.zeroPoint(0) : 0;
        SafetensorsWriter.Entry codes =
                words(layer + ".weight_packed", rows, (columns - 1) / perWord + 1, (row, word) -> {
                    int packed = 0;
                    for (int i = 0; i < perWord && word * perWord + i < columns; i++) {
                        packed |= matrix.code(row, word * perWord + i) + shift << i * scheme.bits();
                    }
                    return packed;
                });
        SafetensorsWriter.Entry zeroPoints =
                words(layer + ".weight_zero_point", (rows - 1) / perWord + 1, groups, (word, group) -> {
                    int packed = 0;
                    for (int i = 0; i < perWord && word * perWord + i < rows; i++) {
                        packed |= matrix.zeroPoint((word * perWord + i) * groups + group) << i * scheme.bits();
                    }
                    return packed;
                });
        SafetensorsWriter.Entry scales = scales(layer + ".weight_scale", matrix, groups);
        SafetensorsWriter.Entry shape = shape(layer + ".weight_shape", rows, columns);
        return scheme.symmetric() ? List.of(codes, scales, shape) : List.of(codes, scales, shape, zeroPoints);
    }

    private interface Words {
        int at(int row, int column);
    }

    private static SafetensorsWriter.Entry words(String name, int rows, int columns, Words words) {
        return new SafetensorsWriter.Entry(
                name,
                IntegerType.I32.name(),
                List.of((long) rows, (long) columns),
                (long) Integer.BYTES * rows * columns,
                out -> {
                    ByteBuffer line = littleEndian(Integer.BYTES * columns);
                    for (int row = 0; row < rows; row++) {
                        for (int column = 0; column < columns; column++) {
                            line.putInt(Integer.BYTES * column, words.at(row, column));
                        }
                        out.write(line.clear());
                    }
                });
    }

    private static SafetensorsWriter.Entry scales(String name, QuantizedMatrix matrix, int groups) {
        int count = matrix.rows() * groups;
        return new SafetensorsWriter.Entry(
                name,
                DataType.F16.name(),
                List.of((long) matrix.rows(), (long) groups),
                (long) Short.BYTES * count,
                out -> {
                    ByteBuffer bytes = littleEndian(Short.BYTES * count);
                    for (int group = 0; group < count; group++) {
                        bytes.putShort(Short.BYTES * group, matrix.scaleBits(group));
                    }
                    out.write(bytes);
                });
    }

    private static SafetensorsWriter.Entry shape(String name, int rows, int columns) {
        ByteBuffer bytes = littleEndian(2 * Long.BYTES).putLong(0, rows).putLong(Long.BYTES, columns);
        return new SafetensorsWriter.Entry(
                name, IntegerType.I64.name(), List.of(2L), bytes.capacity(), out -> out.write(bytes.duplicate()));
    }

    private static ByteBuffer littleEndian(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Scales are binary16, so that is what readers are told to compute in. */
    private void configure(ObjectNode config) {
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
