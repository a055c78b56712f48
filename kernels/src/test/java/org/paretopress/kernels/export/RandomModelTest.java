package org.paretopress.kernels.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.paretopress.kernels.Shared;
import org.paretopress.kernels.model.DataType;
import org.paretopress.kernels.model.FiniteCheck;
import org.paretopress.kernels.model.HuggingFaceModel;
import org.paretopress.kernels.model.MalformedModelException;
import org.paretopress.kernels.model.TensorInfo;

/** Random models open as models, hold what their config.json promises, and depend on the seed alone. */
class RandomModelTest {

    private static final String CONFIG = """
            {"model_type": "llama", "hidden_size": 48, "intermediate_size": 112, "num_hidden_layers": 2, "head_dim": 16,
             "num_attention_heads": 4, "num_key_value_heads": 2, "vocab_size": 1031, "tie_word_embeddings": false,
             "initializer_range": 0.05, "torch_dtype": "bfloat16"}
            """;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource(DataType.class)
    void opensAsAModelOfItsShape(DataType type) throws IOException {
        RandomModel random = RandomModel.read(config(CONFIG));
        HuggingFaceModel model = HuggingFaceModel.open(write(type, 1));
        new FiniteCheck(model).run();
        assertThat(model.tensors()).hasSize(2 + 2 * 9 + 1).allMatch(tensor -> tensor.type() == type);
        // q, o: 64 × 48; k, v: 32 × 48; three of the MLP: 112 × 48; two norms a block
        long block = 2 * 64 * 48 + 2 * 32 * 48 + 3 * 112 * 48 + 2 * 48;
        assertThat(random.parameters()).isEqualTo(2 * block + 48 + 2 * 1031 * 48);
        assertThat(model.sizeInBytes()).isEqualTo(random.sizeInBytes(type));
        assertThat(model.read("model.layers.1.post_attention_layernorm.weight")).containsOnly(1f);
        assertThat(model.read("model.norm.weight")).containsOnly(1f);
    }

    @Test
    void sameSeedSameBytesOtherSeedOtherBytes() throws IOException {
        config(CONFIG);
        Path weights = write(DataType.BF16, 7).resolve("model.safetensors");
        byte[] first = Files.readAllBytes(weights);
        write(DataType.BF16, 7);
        assertThat(Files.readAllBytes(weights)).isEqualTo(first);
        float[] before = embedding();
        write(DataType.BF16, 8);
        float[] after = embedding();
        assertThat(correlation(before, after)).isCloseTo(0, Offset.offset(0.025));
    }

    @Test
    void weightsAreNormalWithTheAskedDeviation() throws IOException {
        config(CONFIG);
        write(DataType.F32, 3);
        float[] values = embedding();
        int count = values.length;
        double mean = moment(values, 1);
        double variance = moment(values, 2);
        // five standard errors of each estimate; the sum of twelve uniforms has kurtosis 2.9
        assertThat(mean).isCloseTo(0, Offset.offset(5 * 0.05 / Math.sqrt(count)));
        assertThat(variance / (0.05 * 0.05)).isCloseTo(1, Offset.offset(5 * Math.sqrt(2.0 / count)));
        assertThat(moment(values, 4) / (variance * variance))
                .isCloseTo(2.9, Offset.offset(5 * Math.sqrt(24.0 / count)));
        long beyondTwo = countBeyond(values, 0.1);
        assertThat((double) beyondTwo / count).isCloseTo(0.0455, Offset.offset(0.005));
    }

    @Test
    void neighboursAndTensorsAreUnrelated() throws IOException {
        config(CONFIG);
        write(DataType.F32, 3);
        float[] values = embedding();
        float[] shifted = Arrays.copyOfRange(values, 1, values.length);
        assertThat(correlation(Arrays.copyOf(values, shifted.length), shifted)).isCloseTo(0, Offset.offset(0.025));
        HuggingFaceModel model = HuggingFaceModel.open(folder);
        assertThat(correlation(values, model.read("lm_head.weight"))).isCloseTo(0, Offset.offset(0.025));
        assertThat(correlation(
                        model.read("model.layers.0.mlp.up_proj.weight"),
                        model.read("model.layers.1.mlp.up_proj.weight")))
                .isCloseTo(0, Offset.offset(0.07));
    }

    @Test
    void aWeightIsAFunctionOfItsPosition() throws IOException {
        config(CONFIG);
        HuggingFaceModel model = HuggingFaceModel.open(write(DataType.F32, 3));
        RandomWeights weights = RandomWeights.of(3, "lm_head.weight", 0.05);
        TensorInfo head = model.tensor("lm_head.weight");
        float[] row = new float[48];
        for (int r : new int[] {1030, 0, 517}) { // more than one buffer apart
            model.read(head, r, 1, row);
            for (int i = 0; i < row.length; i++) {
                assertThat(row[i]).isEqualTo(weights.at(48L * r + i));
            }
        }
    }

    @Test
    void theConfigurationNamesTheTypeAndStaysAsItIsOtherwise() throws IOException {
        Path config = config(CONFIG);
        assertThat(write(DataType.BF16, 1).resolve("config.json")).hasSameBinaryContentAs(config);
        assertThat(write(DataType.F16, 1).resolve("config.json")).content().contains("float16", "1031");
    }

    @Test
    void theShapeOfLlamaIsTheTrueOne() {
        RandomModel llama = RandomModel.read(Shared.repository().resolve("conf/shapes/llama-3.2-1b.json"));
        assertThat(llama.parameters()).isEqualTo(1_235_814_400L); // as the published weights have
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0.05 | 0 | initializer_range = 0",
                "0.05 | -1 | initializer_range = -1",
                "0.05 | \"wide\" | initializer_range = \"wide\"",
                "1031 | 2147483647, \"num_hidden_layers\": 2147483647, \"hidden_size\": 2147483647 | 2^61",
                "1031 | 0 | vocab_size = 0",
                "llama | gpt2 | gpt2"
            })
    void shapesThatCannotBeAreRefused(String from, String to, String named) throws IOException {
        Path config = config(CONFIG.replace(from, to));
        assertThatThrownBy(() -> RandomModel.read(config))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContaining(config.toString())
                .hasMessageContaining(named)
                .hasMessageContaining("\nMaybe ");
    }

    private Path config(String text) throws IOException {
        return Files.writeString(folder.resolve("shape.json"), text);
    }

    private Path write(DataType type, long seed) throws IOException {
        RandomModel.read(folder.resolve("shape.json")).writeTo(folder, type, seed);
        return folder;
    }

    private float[] embedding() {
        return HuggingFaceModel.open(folder).read("model.embed_tokens.weight");
    }

    private static double moment(float[] values, int power) {
        double sum = 0;
        for (float value : values) {
            sum += Math.pow(value, power);
        }
        return sum / values.length;
    }

    private static double correlation(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum / a.length / Math.sqrt(moment(a, 2) * moment(b, 2));
    }

    private static long countBeyond(float[] values, double limit) {
        long count = 0;
        for (float value : values) {
            count += Math.abs(value) > limit ? 1 : 0;
        }
        return count;
    }
}
