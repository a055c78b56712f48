package org.paretopress.tests;

import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.paretopress.kernels.ops.DensePrediction;
import org.paretopress.kernels.ops.Device;
import org.paretopress.kernels.ops.Divergence;
import org.paretopress.kernels.ops.KernelProvider;
import org.paretopress.kernels.ops.Nd4jOps;
import org.paretopress.kernels.ops.PackedRows;
import org.paretopress.kernels.ops.Rotary;
import org.paretopress.kernels.ops.Tensor;
import org.paretopress.kernels.ops.TensorOps;
import org.paretopress.kernels.ops.Weight;

/**
 * Kernels that compute nothing and take the time that those of Llama 3.2 1B take on one core: a transformer block 60.8 million
 * parameters and the head 262.7 million, two operations a parameter and token, 150 billion operations a second. With them as many
 * executors as a cluster has run on one machine, asleep.
 */
public final class SimulatedKernels implements KernelProvider {

    private static final double NANOSECONDS_A_TOKEN = 2 / 150.0;
    private static final double BLOCK_PARAMETERS = 60.8e6;
    private static final double HEAD_PARAMETERS = 262.7e6;

    @Override
    public String name() {
        return "simulated kernels";
    }

    @Override
    public Optional<String> obstacle(Device device) {
        return Optional.empty();
    }

    @Override
    public TensorOps open(Device device) {
        return new Asleep(new Nd4jOps());
    }

    /** @param memory where tensors come from */
    private record Asleep(Nd4jOps memory) implements TensorOps {

        private static void take(double parameters, int tokens) {
            try {
                Thread.sleep(Duration.ofNanos((long) (NANOSECONDS_A_TOKEN * parameters * tokens))
                        .toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public Tensor allocate(int rows, int columns) {
            Tensor tensor = memory.allocate(rows, columns);
            for (int row = 0; row < rows; row++) {
                tensor.writeRow(row, new float[columns], 0);
            }
            return tensor;
        }

        @Override
        public void attention(Tensor q, Tensor k, Tensor v, int headSize, int sequenceLength, Tensor y) {
            take(BLOCK_PARAMETERS, q.rows());
        }

        @Override
        public void score(Tensor logits, int[] targets, DensePrediction dense, double[] kl, double[] nll) {
            take(HEAD_PARAMETERS, logits.rows());
            Arrays.fill(kl, 0.01);
            Arrays.fill(nll, 1);
        }

        @Override
        public DensePrediction densePrediction(Tensor logits, Divergence divergence) {
            take(HEAD_PARAMETERS, logits.rows());
            return memory.densePrediction(logits, divergence);
        }

        @Override
        public void gram(Tensor x, Tensor product) {
            memory.gram(x, product);
        }

        @Override
        public void crossGram(Tensor y, Tensor x, Tensor product) {
            memory.crossGram(y, x, product);
        }

        @Override
        public void copy(Tensor from, Tensor to) {}

        @Override
        public Weight keep(PackedRows weight) {
            return memory.keep(weight);
        }

        @Override
        public void gather(Tensor table, int[] rows, Tensor y) {}

        @Override
        public void linear(Tensor x, Weight weight, Tensor y, boolean accumulate) {}

        @Override
        public void linearBackward(Tensor y, Weight weight, Tensor x, boolean accumulate) {}

        @Override
        public void rmsNorm(Tensor x, float[] gain, double epsilon, Tensor y) {}

        @Override
        public void rotate(Tensor x, Rotary rotary, int sequenceLength) {}

        @Override
        public void swiGlu(Tensor gate, Tensor up) {}

        @Override
        public void close() {
            memory.close();
        }
    }
}
