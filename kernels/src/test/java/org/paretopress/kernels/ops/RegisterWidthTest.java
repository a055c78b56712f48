package org.paretopress.kernels.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.paretopress.kernels.OwnProcess;

/** Everything but the products gives the same bits whether registers hold four floats or as many as this processor can. */
class RegisterWidthTest {

    @Test
    void theBitsDoNotDependOnTheRegisters() throws IOException, InterruptedException {
        String wide = OwnProcess.run(Results.class);
        assertThat(wide).contains("attention 207 32").doesNotContain("NaN");
        assertThat(OwnProcess.run(Results.class, "-XX:MaxVectorSize=16")).isEqualTo(wide);
    }

    /** Prints what the primitives compute from fixed numbers. */
    static final class Results {

        private final SplittableRandom random = new SplittableRandom(11);
        private final TensorOps ops = new Nd4jOps();

        public static void main(String[] arguments) {
            Results results = new Results();
            for (int length : new int[] {1, 13, 207}) {
                for (int headSize : new int[] {6, 32}) {
                    results.attention(length, headSize);
                }
                results.rows(length);
            }
        }

        private void attention(int length, int headSize) {
            Tensor q = random(length, 4 * headSize);
            Tensor k = random(length, 2 * headSize);
            ops.rotate(q, Rotary.of(TensorOpsContract.config(headSize), length), length);
            ops.attention(q, k, random(length, 2 * headSize), headSize, length, q);
            print("attention " + length + " " + headSize, q);
        }

        private void rows(int columns) {
            Tensor x = random(5, columns);
            ops.swiGlu(x, random(5, columns));
            print("swiGlu " + columns, x);
            float[] gain = new float[columns];
            Arrays.fill(gain, 1.5f);
            ops.rmsNorm(x, gain, 1e-5, x);
            print("rmsNorm " + columns, x);
            Tensor logits = random(5, columns);
            double[] kl = new double[5];
            double[] nll = new double[5];
            ops.score(logits, new int[5], ops.densePrediction(random(5, columns), Divergence.FULL), kl, nll);
            for (int t = 0; t < 5; t++) {
                System.out.println("score " + columns + " " + kl[t] + " " + nll[t]);
            }
        }

        private Tensor random(int rows, int columns) {
            Tensor tensor = ops.allocate(rows, columns);
            float[] row = new float[columns];
            for (int r = 0; r < rows; r++) {
                for (int i = 0; i < columns; i++) {
                    row[i] = (float) random.nextDouble(-4, 4);
                }
                tensor.writeRow(r, row, 0);
            }
            return tensor;
        }

        private static void print(String name, Tensor tensor) {
            float[] row = new float[tensor.columns()];
            StringBuilder line = new StringBuilder(name);
            for (int r = 0; r < tensor.rows(); r++) {
                tensor.readRow(r, row);
                for (float value : row) {
                    line.append(' ').append(Float.toHexString(value));
                }
            }
            System.out.println(line);
        }
    }
}
