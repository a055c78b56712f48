package org.paretopress.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.paretopress.kernels.levels.LevelDatabase;
import org.paretopress.kernels.levels.PackedMatrix;

/**
 * Exported folders of packed integers, unpacked by a reader of the test's own that follows the description of the format
 * (compressed-tensors, pack-quantized), hold the weights of the levels.
 */
class CompressedTensorsExportTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** Fields of the published classes; others are refused there. */
    private static final Set<String> SCHEME =
            Set.of("targets", "weights", "input_activations", "output_activations", "format");

    private static final Set<String> WEIGHTS = Set.of(
            "num_bits",
            "type",
            "symmetric",
            "group_size",
            "strategy",
            "block_structure",
            "dynamic",
            "actorder",
            "observer",
            "observer_kwargs");

    private static final String FORMAT = "compressed-tensors";

    @TempDir
    private Path folder;

    private Path exported() {
        return folder.resolve("exported");
    }

    private JsonNode quantization() throws IOException {
        return MAPPER.readTree(exported().resolve("config.json").toFile()).path("quantization_config");
    }

    /** The configuration of the one group that names a layer. */
    private static JsonNode weights(JsonNode quantization, String layer) {
        List<JsonNode> found = new ArrayList<>();
        for (JsonNode group : quantization.path("config_groups")) {
            if (StreamSupport.stream(group.path("targets").spliterator(), false)
                    .anyMatch(target -> target.asText().equals(layer))) {
                found.add(group.path("weights"));
            }
        }
        assertThat(found).as(layer).hasSize(1);
        return found.get(0);
    }

    private static ByteBuffer buffer(RawTensor tensor) {
        return ByteBuffer.wrap(tensor.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The weight at a place, from the words that the format puts it into. */
    private static double weight(Map<String, RawTensor> tensors, String layer, JsonNode config, int row, int column) {
        int bits = config.path("num_bits").asInt();
        int perWord = 32 / bits;
        int group = column / config.path("group_size").asInt();
        RawTensor codes = tensors.get(layer + ".weight_packed");
        RawTensor scales = tensors.get(layer + ".weight_scale");
        long word = buffer(codes).getInt(4 * (row * codes.shape().get(1).intValue() + column / perWord)) & 0xFFFFFFFFL;
        long code = (word >> bits * (column % perWord)) % (1L << bits) - (1L << bits - 1);
        long zero = 0;
        if (!config.path("symmetric").asBoolean()) {
            RawTensor zeros = tensors.get(layer + ".weight_zero_point");
            long packed = buffer(zeros)
                            .getInt(4 * (row / perWord * zeros.shape().get(1).intValue() + group))
                    & 0xFFFFFFFFL;
            zero = (packed >> bits * (row % perWord)) % (1L << bits) - (1L << bits - 1);
        }
        int half = buffer(scales).getShort(2 * (row * scales.shape().get(1).intValue() + group));
        int exponent = half >> 10 & 31;
        double fraction = (half & 1023) / 1024.0;
        double scale = exponent == 0 ? fraction * Math.pow(2, -14) : (1 + fraction) * Math.pow(2, exponent - 15);
        return scale * (code - zero);
    }

    private void assertHolds(SmallRun run, Map<String, String> assignment) throws IOException {
        Map<String, RawTensor> tensors = RawTensor.readFolder(exported());
        LevelDatabase levels = LevelDatabase.open(run.levels());
        JsonNode quantization = quantization();
        assignment.forEach((layer, level) -> {
            PackedMatrix matrix = levels.level(layer, level);
            JsonNode config = weights(quantization, layer);
            ByteBuffer shape = buffer(tensors.get(layer + ".weight_shape"));
            assertThat(List.of(shape.getLong(), shape.getLong()))
                    .containsExactly((long) matrix.rows(), (long) matrix.columns());
            float[] expected = new float[matrix.columns()];
            for (int row = 0; row < matrix.rows(); row++) {
                matrix.dequantize(row, expected);
                for (int column = 0; column < matrix.columns(); column++) {
                    assertThat((float) weight(tensors, layer, config, row, column))
                            .isEqualTo(expected[column]);
                }
            }
            assertThat(tensors).doesNotContainKey(layer + ".weight");
        });
    }

    @Test
    void everyCodeIsWhereTheFormatHasIt() throws IOException {
        SmallRun run = SmallRun.finished();
        JsonNode answer = run.export("evopress-1", FORMAT, exported());
        Map<String, String> assignment = run.assignment("evopress-1");
        assertThat(assignment).hasSize(14).containsValue("2").containsValue("3");
        assertHolds(run, assignment);
        double searched = answer.path("searchKl").asDouble();
        assertThat(answer.path("kl").asDouble()).isPositive().isCloseTo(searched, within(1e-6 * searched));
        assertThat(answer.path("rewritten").path("3").toString()).isEqualTo("[\"int4\"]");
        assertThat(answer.path("rewritten").has("4")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void widthsOfFusedLayersAreOne(boolean symmetric) throws IOException {
        SmallRun run = SmallRun.in(folder.resolve("wide"));
        run.search(
                        "local[2]",
                        "--set=levels.quantization={method: rtn, bits: [3, 4, 6, 8], groupSize: 32, symmetric: "
                                + symmetric + "}",
                        "--set=search={strategy: random, budget: {averageBits: 5}}",
                        "--set=search.stages=[{survivors: 1, tokens: 128}]")
                .succeeded();
        run.export("random-1", FORMAT, exported());
        Map<String, String> assignment = run.assignment("random-1");
        assertThat(assignment.values()).containsAnyOf("6", "8").containsAnyOf("3", "4");
        assertHolds(run, assignment);
        JsonNode quantization = quantization();
        for (int block = 0; block < 2; block++) {
            String attention = "model.layers." + block + ".self_attn.";
            String mlp = "model.layers." + block + ".mlp.";
            assertThat(weights(quantization, attention + "k_proj"))
                    .isEqualTo(weights(quantization, attention + "q_proj"))
                    .isEqualTo(weights(quantization, attention + "v_proj"));
            assertThat(weights(quantization, mlp + "up_proj")).isEqualTo(weights(quantization, mlp + "gate_proj"));
        }
        assertThat(RawTensor.readFolder(exported()).keySet().stream()
                        .anyMatch(name -> name.endsWith(".weight_zero_point")))
                .isEqualTo(!symmetric);
    }

    @Test
    void theConfigurationHasTheFieldsOfThePublishedClasses() throws IOException {
        SmallRun.finished().export("uniform-2", FORMAT, exported());
        JsonNode quantization = quantization();
        assertThat(quantization.path("quant_method").asText()).isEqualTo("compressed-tensors");
        assertThat(quantization.path("format").asText()).isEqualTo("pack-quantized");
        assertThat(quantization.path("quantization_status").asText()).isEqualTo("compressed");
        for (JsonNode group : quantization.path("config_groups")) {
            group.fieldNames().forEachRemaining(field -> assertThat(SCHEME).contains(field));
            group.path("weights").fieldNames().forEachRemaining(field -> assertThat(WEIGHTS)
                    .contains(field));
            assertThat(group.path("weights").path("type").asText()).isEqualTo("int");
            assertThat(group.path("weights").path("num_bits").asInt()).isIn(4, 8);
        }
        assertThat(MAPPER.readTree(exported().resolve("config.json").toFile())
                        .path("torch_dtype")
                        .asText())
                .isEqualTo("float16");
    }

    @Test
    void otherLevelsStayFloatsAndTheFolderIsAModel() throws IOException {
        SmallRun run = SmallRun.in(folder.resolve("sparse"));
        run.search(
                        "local[2]",
                        "--set=levels={sparsity: {method: magnitude, average: 0.5, steps: 2}}",
                        "--set=search={strategy: uniform, budget: {sparsity: 0.5}}",
                        "--set=search.stages=[{survivors: 1, tokens: 128}]")
                .succeeded();
        JsonNode answer = run.export("uniform-1", FORMAT, exported());
        assertThat(answer.path("rewritten").path("sparse:0.5").toString()).isEqualTo("[\"F32\"]");
        assertThat(quantization().isMissingNode()).isTrue();

        SmallRun.deleteAll(exported());
        SmallRun.finished().export("uniform-2", FORMAT, exported());
        double packed = perplexity(exported().toString());
        SmallRun finished = SmallRun.finished();
        assertThat(packed)
                .isEqualTo(perplexity(finished.model().toString(), "--run=" + finished.output(), "--point=uniform-2"));
    }

    /** vLLM runs gate and up as one, and could not run one of them packed. */
    @Test
    void fusedLayersArePackedTogetherOrNotAtAll() throws IOException {
        SmallRun run = SmallRun.in(folder.resolve("mixed"));
        run.search(
                        "local[2]",
                        "--set=levels={quantization: {method: rtn, bits: [4, 6], groupSize: 96}, sparsity: {method: magnitude, average: 0.5, steps: 1}}",
                        "--set=search={strategy: random, budget: {averageBits: 6}, allowed: {'*.gate_proj': ['4'], '*.up_proj': ['sparse:0.5'], "
                                + "'*.down_proj': ['4', '6'], '*.self_attn.*': ['4', '6']}}",
                        "--set=search.stages=[{survivors: 1, tokens: 128}]")
                .succeeded();
        run.export("random-1", FORMAT, exported());
        Map<String, RawTensor> tensors = RawTensor.readFolder(exported());
        assertThat(tensors)
                .containsKeys("model.layers.0.mlp.gate_proj.weight", "model.layers.0.mlp.up_proj.weight")
                .containsKey("model.layers.0.mlp.down_proj.weight_packed");
        Map<String, String> packed = new HashMap<>(run.assignment("random-1"));
        packed.keySet().removeIf(layer -> layer.matches(".*(gate|up)_proj"));
        assertHolds(run, packed); // rows of 256 weights, searched in groups of 96: now of 32
    }

    @Test
    void whatCannotBeReadIsNamed() throws IOException {
        SmallRun.finished().export("uniform-2", FORMAT, exported());
        ModelFolder model = new ModelFolder(exported());
        String layer = "model.layers.1.mlp.up_proj";
        refused(
                model,
                tensors -> tensors.put(layer + ".weight_g_idx", new RawTensor("I32", List.of(1L), new byte[4])),
                "weight_g_idx");
        refused(model, tensors -> tensors.remove(layer + ".weight_scale"), "weight_scale is missing");
        refused(
                model,
                tensors -> tensors.computeIfPresent(
                        layer + ".weight_packed",
                        (name, tensor) -> new RawTensor("F32", tensor.shape(), tensor.bytes())),
                "weight_packed has type F32");
        model.config(config -> config.withObject("/quantization_config").put("format", "float-quantized"));
        Command command = Command.run("inspect", exported().toString());
        assertThat(command.code()).isEqualTo(2);
        assertThat(command.err()).contains("float-quantized").contains("Maybe ");
    }

    private void refused(ModelFolder model, Consumer<Map<String, RawTensor>> damage, String named) throws IOException {
        Map<String, RawTensor> whole = RawTensor.readFolder(exported());
        model.tensors(damage::accept);
        Command command = Command.run("inspect", exported().toString());
        assertThat(command.code()).as(named).isEqualTo(2);
        assertThat(command.err()).contains(named).contains("Maybe ");
        model.tensors(tensors -> {
            tensors.clear();
            tensors.putAll(whole);
        });
    }

    private static double perplexity(String... model) throws IOException {
        List<String> arguments = new ArrayList<>(
                List.of("evaluate", "--text=" + Shared.demo("holdout.txt"), "--json", "--master=local[2]"));
        arguments.addAll(List.of(model));
        return Command.run(arguments).json().path("perplexity").asDouble();
    }
}
