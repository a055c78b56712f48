package org.paretopress.jobs.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.paretopress.kernels.export.RandomModel;
import org.paretopress.kernels.model.DataType;
import org.paretopress.kernels.model.ModelFile;
import org.paretopress.kernels.ops.Device;
import org.paretopress.kernels.ops.KernelProvider;
import org.paretopress.kernels.ops.Kernels;
import org.paretopress.kernels.ops.Precision;
import org.paretopress.kernels.ops.TensorOps;

class DenseBenchmarkTest {

    private static final String CONFIG = """
            {"model_type": "llama", "hidden_size": 48, "intermediate_size": 112, "num_hidden_layers": 2,
             "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16, "vocab_size": 50,
             "max_position_embeddings": 64, "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "tie_word_embeddings": false,
             "hidden_act": "silu"}
            """;

    private int opened;
    private int closed;

    /** ND4J's CPU engine, counted. */
    private final class Counting implements KernelProvider {

        @Override
        public String name() {
            return "counting";
        }

        @Override
        public Optional<String> obstacle(Device device) {
            return Optional.empty();
        }

        @Override
        public TensorOps open(Device device) {
            TensorOps ops = Kernels.on(Device.CPU, List.of()).open();
            opened++;
            return (TensorOps) Proxy.newProxyInstance(
                    getClass().getClassLoader(), new Class<?>[] {TensorOps.class}, (proxy, method, arguments) -> {
                        if (method.getName().equals("close")) {
                            closed++;
                        }
                        try {
                            return method.invoke(ops, arguments);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    });
        }
    }

    /** An engine on a GPU holds memory of its own there. */
    @Test
    void theEngineThatLoadedTheWeightsIsClosedWithThem(@TempDir Path folder) throws IOException {
        Path config = Files.writeString(folder.resolve("shape.json"), CONFIG);
        Path model = Files.createDirectory(folder.resolve("model"));
        RandomModel.read(config).writeTo(model, DataType.F32, 1);
        Kernels kernels = Kernels.on(new Device("0", Precision.FLOAT32), List.of(new Counting()));
        DenseBenchmark benchmark = new DenseBenchmark(ModelFile.open(model), 8, 1, kernels);
        assertThat(opened).isEqualTo(1);
        assertThat(closed).isZero();
        benchmark.close();
        assertThat(opened).isEqualTo(1);
        assertThat(closed).isEqualTo(1);
    }
}
