package org.paretopress.kernels.ops;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class Nd4jOpsTest extends TensorOpsContract {

    @Override
    protected TensorOps create() {
        return new Nd4jOps();
    }

    @Test
    void theExponentialStaysWithinTwoUnitsInTheLastPlaceNearZeroAndFiveElsewhere() {
        for (int i = 0; i <= 1_750_000; i++) {
            float x = -87f + i * 1e-4f;
            float exact = (float) StrictMath.exp(x);
            int units = Math.abs(x) < 20 ? 2 : 5;
            assertThat(Math.abs(Exponential.exp(x) - exact))
                    .as("exp(%s)", x)
                    .isLessThanOrEqualTo(units * Math.ulp(exact));
        }
        assertThat(Exponential.exp(-1e30f)).isLessThan(1e-37f);
        assertThat(Exponential.exp(Float.NEGATIVE_INFINITY)).isLessThan(1e-37f);
    }

    @Test
    void lanesComputeTheSameExponentialAsTheScalar() {
        float[] values = new float[1003];
        for (int i = 0; i < values.length; i++) {
            values[i] = -100f + i * 0.1f;
        }
        float[] lanes = new float[values.length];
        System.arraycopy(values, 0, lanes, 0, values.length);
        RowMath.exponentials(lanes, 0, 0.2f, lanes.length);
        double sum = RowMath.sum(lanes, 0, lanes.length, new float[8]);
        double expected = 0;
        for (int i = 0; i < values.length; i++) {
            assertThat(lanes[i]).isEqualTo(Exponential.exp(values[i] - 0.2f));
            expected += lanes[i];
        }
        assertThat(sum).isCloseTo(expected, Offset.offset(1e-6 * expected));
    }
}
