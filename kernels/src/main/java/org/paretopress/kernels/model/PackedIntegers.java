package org.paretopress.kernels.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A layer in the format {@code pack-quantized} of compressed-tensors: codes side by side in 32-bit words along the inputs, the first in the
 * lowest bits; scales by row and group; zero points, where there are any, packed likewise along the outputs. A weight is
 * {@code scale · (code − zero point)}; without zero points these are half the number of codes.
 *
 * @param codes rows × ⌈columns / (32 / bits)⌉ words
 * @param scales rows × groups
 * @param zeroPoints ⌈rows / (32 / bits)⌉ × groups words; null for none
 */
record PackedIntegers(
        ModelConfig.LayerShape layer, Scheme scheme, TensorInfo codes, TensorInfo scales, TensorInfo zeroPoints) {

    /** What the codes of a layer are called. */
    static final String CODES = ".weight_packed";

    /**
     * How layers of a kind are quantized.
     *
     * @param bits of a code; divides 32
     * @param groupSize weights of a row that share a scale; 0 for whole rows
     */
    record Scheme(int bits, int groupSize, boolean symmetric) {

        int codesPerWord() {
            return Integer.SIZE / bits;
        }
    }

    /** The schemes of a model, as its configuration gives them to layers. */
    record Schemes(Path path, JsonNode quantization) {

        Schemes {
            String method = quantization.path("quant_method").asText();
            String format = quantization.path("format").asText();
            if (!method.equals("compressed-tensors") || !format.equals("pack-quantized")) {
                throw new MalformedModelException(
                        path,
                        "quantization_config is of method '" + method + "' and format '" + format
                                + "'; 'compressed-tensors' and 'pack-quantized' can be read.",
                        "take the original weights.");
            }
        }

        /** Of a layer: by its name, else by the first pattern that matches from its start, else that of all linear layers. */
        Scheme of(String layer) {
            return matching(layer::equals)
                    .or(() -> matching(target -> target.startsWith("re:")
                            && pattern(target).matcher(layer).lookingAt()))
                    .or(() -> matching("Linear"::equals))
                    .map(this::scheme)
                    .orElseThrow(() -> error("no group has layer " + layer + " among its targets."));
        }

        private Optional<JsonNode> matching(Predicate<String> matches) {
            for (JsonNode group : quantization.path("config_groups")) {
                for (JsonNode target : group.path("targets")) {
                    if (matches.test(target.asText())) {
                        return Optional.of(group.path("weights"));
                    }
                }
            }
            return Optional.empty();
        }

        private Pattern pattern(String target) {
            try {
                return Pattern.compile(target.substring("re:".length()));
            } catch (PatternSyntaxException e) {
                throw error("the target " + target + " is no pattern that can be read.");
            }
        }

        private Scheme scheme(JsonNode weights) {
            int bits = weights.path("num_bits").asInt();
            if (bits < 1
                    || bits > Byte.SIZE
                    || Integer.SIZE % bits != 0
                    || !weights.path("type").asText("int").equals("int")) {
                throw error("weights of " + weights.path("num_bits") + " bits, type " + weights.path("type")
                        + ", cannot be read; integers of 1, 2, 4 and 8 bits can.");
            }
            if (!List.of("null", "weight", "static", "false")
                    .contains(weights.path("actorder").asText("null"))) {
                throw error("actorder = " + weights.path("actorder") + " cannot be read.");
            }
            int groupSize = weights.path("group_size").asInt(0);
            String strategy = weights.path("strategy").asText("null");
            strategy = strategy.equals("null") ? groupSize > 0 ? "group" : "channel" : strategy;
            if (!strategy.equals("channel") && !(strategy.equals("group") && groupSize > 0)) {
                throw error("strategy = " + strategy + " with group_size = " + weights.path("group_size")
                        + " cannot be read; 'channel' and 'group' can.");
            }
            return new Scheme(
                    bits,
                    strategy.equals("group") ? groupSize : 0,
                    weights.path("symmetric").asBoolean(true));
        }

        private MalformedModelException error(String reason) {
            return new MalformedModelException(
                    path, "quantization_config: " + reason, "another tool wrote it; take the original weights.");
        }
    }

    /** @throws MalformedModelException where a part is missing or has another shape */
    static PackedIntegers of(HuggingFaceModel model, ModelConfig.LayerShape layer, Scheme scheme) {
        int perWord = scheme.codesPerWord();
        long groups = scheme.groupSize() < 1 ? 1 : (layer.columns() - 1) / scheme.groupSize() + 1;
        return new PackedIntegers(
                layer,
                scheme,
                part(model, layer.name() + CODES, false, layer.rows(), (layer.columns() - 1) / perWord + 1),
                part(model, layer.name() + ".weight_scale", true, layer.rows(), groups),
                scheme.symmetric()
                        ? null
                        : part(
                                model,
                                layer.name() + ".weight_zero_point",
                                false,
                                (layer.rows() - 1) / perWord + 1,
                                groups));
    }

    private static TensorInfo part(HuggingFaceModel model, String name, boolean floats, long rows, long columns) {
        TensorInfo tensor = model.tensor(name);
        if (floats ? !(tensor.type() instanceof DataType) : tensor.type() != IntegerType.I32) {
            throw new MalformedModelException(
                    model.fileOf(tensor),
                    tensor.offset(),
                    "tensor " + name + " has type " + tensor.type().name() + "; "
                            + (floats ? "F32, F16 or BF16" : "I32") + " was expected.",
                    "another tool wrote it; take the original weights.");
        }
        if (!tensor.shape().equals(List.of(rows, columns))) {
            throw new MalformedModelException(
                    model.fileOf(tensor),
                    tensor.offset(),
                    "tensor " + name + " has shape " + tensor.shape() + ", quantization_config asks for "
                            + List.of(rows, columns) + ".",
                    "config.json belongs to another model.");
        }
        return tensor;
    }

    /** The layer as it reads. */
    TensorInfo asFloats(String name) {
        return new TensorInfo(name, DataType.F32, List.of((long) layer.rows(), (long) layer.columns()), codes.offset());
    }

    /** Puts rows as 32-bit floats. */
    void read(HuggingFaceModel model, long firstRow, int rows, ByteBuffer target) {
        int columns = layer.columns();
        int perWord = scheme.codesPerWord();
        int groups = scales.columns();
        int groupSize = scheme.groupSize() < 1 ? columns : scheme.groupSize();
        ByteBuffer words = model.bytes(codes, firstRow, rows);
        float[] steps = new float[rows * groups];
        model.read(scales, firstRow, rows, steps);
        ByteBuffer centres = zeroPoints == null ? null : model.bytes(zeroPoints, 0, zeroPoints.rows());
        for (int row = 0; row < rows; row++) {
            long outer = firstRow + row;
            for (int column = 0; column < columns; column++) {
                int group = column / groupSize;
                int code = code(words, row * codes.columns() + column / perWord, column % perWord);
                int centre = centres == null
                        ? 1 << scheme.bits() - 1
                        : code(centres, (int) (outer / perWord) * groups + group, (int) (outer % perWord));
                target.putFloat(Float.BYTES * (row * columns + column), steps[row * groups + group] * (code - centre));
            }
        }
    }

    private int code(ByteBuffer words, int word, int place) {
        return words.getInt(Integer.BYTES * word) >>> place * scheme.bits() & (1 << scheme.bits()) - 1;
    }
}
