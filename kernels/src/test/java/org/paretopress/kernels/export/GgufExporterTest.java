package org.paretopress.kernels.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.paretopress.kernels.model.DataType;
import org.paretopress.kernels.model.GgufModel;
import org.paretopress.kernels.model.GgufNames;
import org.paretopress.kernels.model.HuggingFaceModel;
import org.paretopress.kernels.model.MalformedModelException;
import org.paretopress.kernels.model.ModelConfig;
import org.paretopress.kernels.model.ModelFile;
import org.paretopress.kernels.model.TensorInfo;

/** Models whose shapes are awkward, to GGUF and back. */
class GgufExporterTest {

    private static final int BLOCKS = 3;

    @TempDir
    private Path folder;

    private HuggingFaceModel model;

    @BeforeEach
    void randomModel() throws IOException {
        Files.writeString(folder.resolve("config.json"), """
                {"model_type": "llama", "hidden_size": 48, "intermediate_size": 112, "num_hidden_layers": 3, "head_dim": 16,
                 "num_attention_heads": 4, "num_key_value_heads": 2, "vocab_size": 61, "tie_word_embeddings": false, "bos_token_id": 1,
                 "rope_theta": 500000.0, "rope_scaling": {"rope_type": "llama3", "factor": 16.0, "low_freq_factor": 1.5,
                 "high_freq_factor": 3.0, "original_max_position_embeddings": 4096}, "rms_norm_eps": 1e-6,
                 "max_position_embeddings": 65536, "torch_dtype": "bfloat16"}
                """);
        RandomModel.read(folder.resolve("config.json")).writeTo(folder, DataType.BF16, 1);
        Files.writeString(folder.resolve("tokenizer.json"), """
                {"added_tokens": [{"id": 1, "content": "<s>", "special": true}], "model": {"type": "BPE", "byte_fallback": true,
                 "vocab": {"<unk>": 0, "<s>": 1, "a": 2, "b": 3, "ab": 4}, "merges": ["a b"], "unk_token": "<unk>"}}
                """);
        model = HuggingFaceModel.open(folder);
    }

    private Path export(ModelFile source, String name) throws IOException {
        Path file = folder.resolve(name);
        assertThat(new GgufExporter(source, null, Map.of()).writeTo(file, "model"))
                .isEmpty();
        return file;
    }

    private static Map<String, float[]> weights(ModelFile model) {
        Map<String, float[]> weights = new TreeMap<>();
        for (TensorInfo tensor : model.tensors()) {
            weights.put(tensor.name(), model.read(tensor.name()));
        }
        return weights;
    }

    @Test
    void everythingComesBackAsItWas() throws IOException {
        GgufModel read = GgufModel.open(export(model, "model.gguf"));
        Map<String, float[]> found = weights(read);
        assertThat(found.remove(GgufModel.ROPE_FACTORS))
                .isEqualTo(model.config().ropeScaling().orElseThrow().wavelengthFactors(16, 500_000));
        Map<String, float[]> expected = weights(model);
        assertThat(found.keySet()).isEqualTo(expected.keySet());
        found.forEach((name, values) -> assertThat(values).as(name).isEqualTo(expected.get(name)));

        float[] some = new float[5 * 48]; // from the middle of one head to the middle of the next
        read.read(read.tensor("model.layers.1.self_attn.q_proj.weight"), 29, 5, some);
        float[] same = new float[some.length];
        model.read(model.tensor("model.layers.1.self_attn.q_proj.weight"), 29, 5, same);
        assertThat(some).isEqualTo(same);
        assertThat(read.config().headSize()).isEqualTo(16);
        assertThat(read.config().normEpsilon()).isEqualTo(1e-6);
        assertThat(read.config().beginOfSequence()).isEqualTo(-1); // this tokenizer adds none
    }

    /** Tensors, tokenizer and all: nothing is lost on the way through a model that was read. */
    @Test
    void aFileWrittenFromAFileIsTheSame() throws IOException {
        Path first = export(model, "first.gguf");
        Files.delete(folder.resolve("tokenizer.json"));
        assertThat(export(GgufModel.open(first), "second.gguf")).hasSameBinaryContentAs(first);
    }

    @Test
    void droppedBlocksAreNotThere() throws IOException {
        Map<String, String> assignment = new HashMap<>();
        for (String projection : ModelConfig.PROJECTIONS) {
            assignment.put("model.layers.1." + projection, "drop");
        }
        Path file = folder.resolve("model.gguf");
        new GgufExporter(model, null, assignment).writeTo(file, "model");
        GgufModel read = GgufModel.open(file);
        assertThat(read.config().blocks()).isEqualTo(BLOCKS - 1);
        assertThat(read.read("model.layers.1.mlp.up_proj.weight"))
                .isEqualTo(model.read("model.layers.2.mlp.up_proj.weight"));
    }

    @ParameterizedTest
    @CsvSource({
        "general.architecture, qwen2",
        "llama.block_count, 1879048192",
        "llama.block_count, 4",
        "llama.attention.head_count_kv, 3",
        "llama.attention.key_length, 15",
        "llama.rope.dimension_count, 8",
        "llama.embedding_length, 0",
        "llama.expert_count, 8",
        "llama.feed_forward_length, 113",
        "tokenizer.ggml.bos_token_id, -1"
    })
    void whatIsImpossibleIsNamed(String key, String value) throws IOException {
        GgufModel whole = GgufModel.open(export(model, "model.gguf"));
        Map<String, Object> metadata = new LinkedHashMap<>();
        whole.metadata().forEach((one, old) -> {
            if (!one.startsWith("tokenizer.")) {
                metadata.put(
                        one,
                        old instanceof Long number
                                ? (Object) number.intValue()
                                : old instanceof Double real ? real.floatValue() : old);
            }
        });
        metadata.put("llama.vocab_size", 61);
        metadata.put(key, value.matches("-?\\d+") ? (Object) Integer.parseInt(value) : value);
        List<TensorEntry> entries = whole.tensors().stream()
                .map(tensor -> new TensorEntry(
                        GgufNames.of(tensor.name()),
                        tensor.type(),
                        tensor.shape(),
                        out -> out.write(whole.bytes(tensor, 0, tensor.rows()))))
                .toList();
        Path file = folder.resolve("changed.gguf");
        GgufWriter.write(file, metadata, entries);
        assertThatThrownBy(() -> ModelFile.open(file))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContainingAll(file.toString(), "Maybe ");
    }
}
