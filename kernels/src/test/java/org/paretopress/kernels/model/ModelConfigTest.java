package org.paretopress.kernels.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.paretopress.kernels.ops.Rotary;

/** What is read from config.json files of real models, and what is refused. */
class ModelConfigTest {

    private static final String LLAMA_3_1 = """
            {"model_type": "llama", "hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32,
             "num_attention_heads": 32, "num_key_value_heads": 8, "vocab_size": 128256, "bos_token_id": 128000,
             "max_position_embeddings": 131072, "rms_norm_eps": 1e-05, "rope_theta": 500000.0,
             "rope_scaling": {"factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
               "original_max_position_embeddings": 8192, "rope_type": "llama3"},
             "tie_word_embeddings": false, "hidden_act": "silu", "attention_bias": false}
            """;

    @TempDir
    private Path folder;

    @Test
    void readsLlama31() throws IOException {
        ModelConfig config = read(LLAMA_3_1);
        assertThat(config.headSize()).isEqualTo(128);
        assertThat(config.keyValueSize()).isEqualTo(1024);
        assertThat(config.beginOfSequence()).isEqualTo(128_000);
        assertThat(config.tiedHead()).isFalse();
        assertThat(config.ropeScaling()).contains(new ModelConfig.Llama3Scaling(8, 1, 4, 8192));
        assertThat(config.layers()).hasSize(224);
        // 8.03 billion parameters: layers, two matrices of the vocabulary, 65 norms
        long layers = config.layers().stream().mapToLong(l -> l.parameters()).sum();
        assertThat(layers + 2L * 128_256 * 4096 + 65 * 4096).isEqualTo(8_030_261_248L);
    }

    /** Newer files have the rotary settings in one object, and may have a head size that is not hidden / heads. */
    @Test
    void readsTheNewerForm() throws IOException {
        String text = LLAMA_3_1
                .replace("\"rope_theta\": 500000.0,", "\"head_dim\": 64,")
                .replace("\"rope_scaling\": {", "\"rope_parameters\": {\"rope_theta\": 250000.0, ");
        ModelConfig config = read(text);
        assertThat(config.ropeTheta()).isEqualTo(250_000);
        assertThat(config.querySize()).isEqualTo(2048);
        assertThat(config.ropeScaling()).isPresent();
    }

    /**
     * The reference implementation's rule (Llama 3.1 model code): wavelengths above original / low are divided by the
     * factor, those below original / high stay, between them both are blended.
     */
    @Test
    void longWavelengthsAreStretchedAsPublished() throws IOException {
        Rotary rotary = Rotary.of(read(LLAMA_3_1), 2);
        for (int i = 0; i < 64; i++) {
            double frequency = 1 / Math.pow(500_000, i / 64.0);
            double wavelength = 2 * Math.PI / frequency;
            double expected = frequency;
            if (wavelength > 8192 / 1.0) {
                expected = frequency / 8;
            } else if (wavelength > 8192 / 4.0) {
                double smooth = (8192 / wavelength - 1) / (4 - 1);
                expected = (1 - smooth) * frequency / 8 + smooth * frequency;
            }
            assertThat((double) rotary.sines()[64 + i]).isCloseTo(Math.sin(expected), within(1e-7));
            assertThat((double) rotary.cosines()[64 + i]).isCloseTo(Math.cos(expected), within(1e-7));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "self_attn.q_proj, self_attn.q_proj",
        "self_attn.k_proj, self_attn.q_proj",
        "self_attn.v_proj, self_attn.q_proj",
        "self_attn.o_proj, self_attn.o_proj",
        "mlp.gate_proj, mlp.gate_proj",
        "mlp.up_proj, mlp.gate_proj",
        "mlp.down_proj, mlp.down_proj"
    })
    void layersThatShareAnInputShareItsName(String projection, String input) {
        assertThat(ModelConfig.inputOf(ModelConfig.layerName(11, projection))).isEqualTo("model.layers.11." + input);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"hidden_size\": 4096 | \"hidden_size\": 0 | hidden_size = 0",
                "\"hidden_size\": 4096 | \"hidden_size\": \"wide\" | hidden_size",
                "\"num_key_value_heads\": 8 | \"num_key_value_heads\": 7 | num_key_value_heads = 7",
                "\"num_attention_heads\": 32 | \"num_attention_heads\": 48 | num_attention_heads = 48",
                "\"hidden_act\": \"silu\" | \"hidden_act\": \"gelu\" | hidden_act",
                "\"rope_type\": \"llama3\" | \"rope_type\": \"yarn\" | rope_type",
                "\"attention_bias\": false | \"attention_bias\": true | attention_bias",
                "\"model_type\": \"llama\" | \"model_type\": \"mamba\" | model_type",
                "\"vocab_size\": 128256, | '' | vocab_size is missing"
            })
    void whatCannotBeRunIsRefusedByName(String from, String to, String named) {
        assertThat(LLAMA_3_1).contains(from);
        assertThatThrownBy(() -> read(LLAMA_3_1.replace(from, to)))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContaining(named)
                .hasMessageContaining("config.json")
                .hasMessageContaining("\nMaybe ");
    }

    private ModelConfig read(String text) throws IOException {
        return ModelConfig.read(Files.writeString(folder.resolve("config.json"), text));
    }
}
