package org.paretopress.kernels.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Dimensions of a Llama model, as its {@code config.json} gives them.
 *
 * @param hiddenSize width of the residual stream
 * @param intermediateSize width of the MLP
 * @param blocks number of transformer blocks
 * @param heads query heads; each has {@code headSize} channels
 * @param keyValueHeads key and value heads (grouped-query attention); divides {@code heads}
 * @param maxPositions longest sequence the model was made for
 * @param ropeScaling context extension of Llama 3.1 and later, where the model has one
 * @param tiedHead whether the output head is the embedding matrix
 * @param beginOfSequence token that starts a text; -1 where the model has none
 */
public record ModelConfig(
        int hiddenSize,
        int intermediateSize,
        int blocks,
        int heads,
        int keyValueHeads,
        int headSize,
        int vocabularySize,
        int maxPositions,
        double normEpsilon,
        double ropeTheta,
        Optional<RopeScaling> ropeScaling,
        boolean tiedHead,
        int beginOfSequence) {

    /** How frequencies of rotary embeddings are scaled. */
    public interface RopeScaling {

        /** What the frequency of a pair of channels becomes. */
        double scaled(int pair, double frequency);

        /** By what wavelengths grow, one for each pair of channels of a head. */
        default float[] wavelengthFactors(int headSize, double theta) {
            float[] factors = new float[headSize / 2];
            for (int pair = 0; pair < factors.length; pair++) {
                double frequency = Math.pow(theta, -2.0 * pair / headSize);
                factors[pair] = (float) (frequency / scaled(pair, frequency));
            }
            return factors;
        }
    }

    /**
     * The scaling named {@code llama3} in configurations: long wavelengths are stretched by {@code factor}, short ones stay, those between
     * are blended.
     */
    public record Llama3Scaling(
            double factor, double lowFrequencyFactor, double highFrequencyFactor, int originalPositions)
            implements RopeScaling {

        @Override
        public double scaled(int pair, double frequency) {
            double turns = originalPositions * frequency / (2 * Math.PI);
            double blend = (turns - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor);
            double share = Math.max(0, Math.min(1, blend));
            return frequency * (share + (1 - share) / factor);
        }
    }

    /**
     * The scaling that a GGUF file holds.
     *
     * @param factors by what wavelengths grow, one for each pair of channels
     */
    public record WavelengthScaling(List<Float> factors) implements RopeScaling {

        @Override
        public double scaled(int pair, double frequency) {
            return frequency / factors.get(pair);
        }
    }

    /** The linear layers of one transformer block, in the order in which they run. */
    public static final List<String> PROJECTIONS = List.of(
            "self_attn.q_proj",
            "self_attn.k_proj",
            "self_attn.v_proj",
            "self_attn.o_proj",
            "mlp.gate_proj",
            "mlp.up_proj",
            "mlp.down_proj");

    /** How many of them belong to attention. */
    private static final int ATTENTION_PROJECTIONS = 4;

    /** @throws MalformedModelException if the file is missing, unreadable or not of the Llama architecture */
    public static ModelConfig read(Path path) {
        if (!Files.isRegularFile(path)) {
            throw new MalformedModelException(
                    path, "the model has no config.json.", "the path names the folder's parent or a single file.");
        }
        try {
            return parse(new ConfigNode(path, new ObjectMapper().readTree(path.toFile())));
        } catch (JsonProcessingException e) {
            throw new MalformedModelException(path, "not JSON: " + e.getOriginalMessage(), "the copy was cut.");
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + path, e);
        }
    }

    /** Width of all key (or value) heads together. */
    public int keyValueSize() {
        return keyValueHeads * headSize;
    }

    /** Width of all query heads together. */
    public int querySize() {
        return heads * headSize;
    }

    /** Name of a layer: {@code model.layers.3.mlp.up_proj}. */
    public static String layerName(int block, String projection) {
        return "model.layers." + block + "." + projection;
    }

    /**
     * The layer that stands for all layers with the same input: q_proj for k_proj and v_proj, gate_proj for up_proj.
     * Statistics of inputs are kept once, under this name.
     */
    public static String inputOf(String layer) {
        return layer.replaceFirst("self_attn\\.[kv]_proj$", "self_attn.q_proj")
                .replaceFirst("mlp\\.up_proj$", "mlp.gate_proj");
    }

    /** Attention and MLP of every transformer block, in the order in which they run. */
    public int subBlocks() {
        return 2 * blocks;
    }

    /** Number of the first layer of a sub-block in {@link #layers}: four layers an attention, three an MLP. */
    public int firstLayer(int subBlock) {
        return subBlock / 2 * PROJECTIONS.size() + subBlock % 2 * ATTENTION_PROJECTIONS;
    }

    /** All layers that can be compressed, in the order in which they run. */
    public List<LayerShape> layers() {
        List<LayerShape> layers = new ArrayList<>();
        for (int block = 0; block < blocks; block++) {
            for (String projection : PROJECTIONS) {
                layers.add(layer(block, projection));
            }
        }
        return layers;
    }

    /** Whether a layer belongs to the attention sub-block; otherwise it belongs to the MLP. */
    public static boolean inAttention(String layer) {
        return layer.contains(".self_attn.");
    }

    /** One layer of a block, by one of {@link #PROJECTIONS}. */
    LayerShape layer(int block, String projection) {
        String name = layerName(block, projection);
        return switch (projection) {
            case "self_attn.q_proj" -> new LayerShape(name, querySize(), hiddenSize);
            case "self_attn.k_proj", "self_attn.v_proj" -> new LayerShape(name, keyValueSize(), hiddenSize);
            case "self_attn.o_proj" -> new LayerShape(name, hiddenSize, querySize());
            case "mlp.down_proj" -> new LayerShape(name, hiddenSize, intermediateSize);
            default -> new LayerShape(name, intermediateSize, hiddenSize);
        };
    }

    /** Shape of a linear layer: {@code rows} outputs, {@code columns} inputs; weights are stored row by row. */
    public record LayerShape(String name, int rows, int columns) {

        public long parameters() {
            return (long) rows * columns;
        }
    }

    private static ModelConfig parse(ConfigNode node) {
        requireLlama(node);
        int hiddenSize = node.positive("hidden_size");
        int heads = node.positive("num_attention_heads");
        int keyValueHeads = node.has("num_key_value_heads") ? node.positive("num_key_value_heads") : heads;
        if (heads % keyValueHeads != 0) {
            throw node.error("num_key_value_heads", "does not divide num_attention_heads, " + heads + ".");
        }
        if (!node.has("head_dim") && hiddenSize % heads != 0) {
            throw node.error("num_attention_heads", "does not divide hidden_size, " + hiddenSize + ".");
        }
        int headSize = node.has("head_dim") ? node.positive("head_dim") : hiddenSize / heads;
        if (headSize % 2 != 0) {
            throw node.error("head_dim", "is odd; rotary embeddings turn pairs of channels.");
        }
        return new ModelConfig(
                hiddenSize,
                node.positive("intermediate_size"),
                node.positive("num_hidden_layers"),
                heads,
                keyValueHeads,
                headSize,
                node.positive("vocab_size"),
                node.has("max_position_embeddings") ? node.positive("max_position_embeddings") : 2048,
                node.number("rms_norm_eps", 1e-6),
                node.rope().number("rope_theta", node.number("rope_theta", 10_000)),
                ropeScaling(node.rope()),
                node.flag("tie_word_embeddings"),
                beginOfSequence(node.json().path("bos_token_id")));
    }

    private static void requireLlama(ConfigNode node) {
        String type = node.json().path("model_type").asText("");
        if (!type.equals("llama")) {
            throw node.error("model_type", "is not supported; the Llama architecture ('llama') is.");
        }
        if (!node.json().path("hidden_act").asText("silu").equals("silu")) {
            throw node.error("hidden_act", "is not supported; 'silu' is.");
        }
        for (String bias : List.of("attention_bias", "mlp_bias")) {
            if (node.flag(bias)) {
                throw node.error(bias, "is not supported; Llama's linear layers have no bias.");
            }
        }
    }

    private static Optional<RopeScaling> ropeScaling(ConfigNode rope) {
        String type =
                rope.json().path("rope_type").asText(rope.json().path("type").asText("default"));
        return switch (type) {
            case "default" -> Optional.empty();
            case "llama3" ->
                Optional.of(new Llama3Scaling(
                        rope.number("factor", 8),
                        rope.number("low_freq_factor", 1),
                        rope.number("high_freq_factor", 4),
                        rope.positive("original_max_position_embeddings")));
            default -> throw rope.error("rope_type", "is not supported; 'default' and 'llama3' are.");
        };
    }

    private static int beginOfSequence(JsonNode node) {
        return node.isInt() ? node.asInt() : -1;
    }
}
