package org.paretopress.jobs.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.paretopress.kernels.export.RandomModel;
import org.paretopress.kernels.model.DataType;
import org.paretopress.kernels.model.ModelFile;

class DenseBenchmarkTest {

    private static final String CONFIG = """
            {"model_type": "llama", "hidden_size": 48, "intermediate_size": 112, "num_hidden_layers": 2,
             "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16, "vocab_size": 50,
             "max_position_embeddings": 64, "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "tie_word_embeddings": false,
             "hidden_act": "silu"}
            """;

    /** An engine on a GPU holds memory of its own there. */
    @Test
    void theEngineThatLoadedTheWeightsIsClosedWithThem(@TempDir Path folder) throws IOException {
        Path config = Files.writeString(folder.resolve("shape.json"), CONFIG);
        Path model = Files.createDirectory(folder.resolve("model"));
        RandomModel.read(config).writeTo(model, DataType.F32, 1);
        RecordedKernels recorded = new RecordedKernels();
        DenseBenchmark benchmark = new DenseBenchmark(ModelFile.open(model), 8, 1, recorded.kernels());
        assertThat(recorded.of("open")).hasSize(1);
        assertThat(recorded.of("close")).isEmpty();
        benchmark.close();
        assertThat(recorded.of("open")).hasSize(1);
        assertThat(recorded.of("close")).hasSize(1);
    }
}
