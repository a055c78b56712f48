package org.paretopress.kernels.ops;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** The oracle passes the contract, and agrees with values worked out by hand. */
class ReferenceOpsTest extends TensorOpsContract {

    private final ReferenceOps ops = new ReferenceOps();

    @Override
    protected TensorOps create() {
        return new ReferenceOps();
    }

    private Tensor tensor(float[]... rows) {
        Tensor tensor = ops.allocate(rows.length, rows[0].length);
        for (int r = 0; r < rows.length; r++) {
            tensor.writeRow(r, rows[r], 0);
        }
        return tensor;
    }

    private static void assertRow(Tensor tensor, int row, double... expected) {
        float[] actual = new float[tensor.columns()];
        tensor.readRow(row, actual);
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) actual[i]).isCloseTo(expected[i], Offset.offset(1e-6));
        }
    }

    @Test
    void linearMultipliesByTheTransposedWeight() {
        Tensor y = ops.allocate(1, 2);
        ops.linear(tensor(new float[] {1, 2, 3}), tensor(new float[] {1, 0, -1}, new float[] {2, 2, 2}), y, false);
        assertRow(y, 0, -2, 12);
    }

    @Test
    void theWayBackMultipliesByTheWeightItself() {
        Tensor x = ops.allocate(1, 3);
        ops.linearBackward(tensor(new float[] {2, 1}), tensor(new float[] {1, 0, -1}, new float[] {2, 2, 2}), x, false);
        assertRow(x, 0, 4, 2, 0);
    }

    @Test
    void crossGramSumsOuterProductsOverTokens() {
        Tensor product = ops.allocate(1, 2);
        ops.crossGram(
                tensor(new float[] {2}, new float[] {3}), tensor(new float[] {1, 0}, new float[] {1, -1}), product);
        assertRow(product, 0, 5, -3);
    }

    @Test
    void rmsNormDividesByTheRootMeanSquare() {
        Tensor y = ops.allocate(1, 2);
        ops.rmsNorm(tensor(new float[] {3, 4}), new float[] {1, 2}, 0, y);
        assertRow(y, 0, 3 / Math.sqrt(12.5), 8 / Math.sqrt(12.5));
    }

    @Test
    void rotationTurnsThePairByOneRadianAtPositionOne() {
        Tensor x = tensor(new float[] {1, 0}, new float[] {1, 0});
        ops.rotate(x, Rotary.of(config(2), 2), 2);
        assertRow(x, 0, 1, 0);
        assertRow(x, 1, Math.cos(1), Math.sin(1));
    }

    @Test
    void attentionWithEqualScoresAveragesThePast() {
        Tensor zeros = tensor(new float[] {0}, new float[] {0}, new float[] {0});
        Tensor y = ops.allocate(3, 1);
        ops.attention(zeros, zeros, tensor(new float[] {1}, new float[] {3}, new float[] {8}), 1, 3, y);
        assertRow(y, 0, 1);
        assertRow(y, 1, 2);
        assertRow(y, 2, 4);
    }

    @Test
    void klOfTwoCoins() {
        Tensor fair = tensor(new float[] {0, 0});
        Tensor biased = tensor(new float[] {(float) Math.log(3), 0});
        double[] kl = new double[1];
        double[] nll = new double[1];
        ops.score(biased, new int[] {1}, ops.densePrediction(fair, Divergence.FULL), kl, nll);
        assertThat(kl[0]).isCloseTo(0.5 * Math.log(4.0 / 3), Offset.offset(1e-7));
        assertThat(nll[0]).isCloseTo(Math.log(4), Offset.offset(1e-7));
    }
}
