package org.paretopress.kernels.ggml;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import org.junit.jupiter.api.Test;

class HalfTest {

    private static final int INFINITY = 0x7C00;

    /** (−1)^sign · significand · 2^(exponent − 25) by exact decimal arithmetic. */
    private static BigDecimal exact(int bits) {
        int exponent = (bits >> 10) & 0x1F;
        int significand = exponent == 0 ? bits & 0x3FF : (bits & 0x3FF) + 1024;
        BigDecimal unit = BigDecimal.ONE.divide(BigDecimal.valueOf(1 << 25));
        BigDecimal magnitude = BigDecimal.valueOf(significand)
                .multiply(BigDecimal.valueOf(2).pow(Math.max(exponent, 1)))
                .multiply(unit);
        return (bits & 0x8000) == 0 ? magnitude : magnitude.negate();
    }

    @Test
    void everyHalfIsExactlyAFloatAndComesBack() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            float value = Half.toFloat((short) bits);
            if ((bits & 0x7FFF) > INFINITY) {
                assertThat(value).isNaN();
                assertThat(Half.ofDouble(value) & 0x7FFF).isEqualTo(0x7E00);
                continue;
            }
            if ((bits & 0x7FFF) == INFINITY) {
                assertThat(value).isEqualTo(bits == INFINITY ? Float.POSITIVE_INFINITY : Float.NEGATIVE_INFINITY);
            } else {
                assertThat(new BigDecimal(value)).isEqualByComparingTo(exact(bits));
            }
            assertThat(Half.ofDouble(value)).as("half %04x", bits).isEqualTo((short) bits);
        }
    }

    @Test
    void roundsToTheNearestAndTiesToEven() {
        for (int bits = 0; bits < INFINITY; bits++) {
            double low = exact(bits).doubleValue();
            double high = bits == INFINITY - 1 ? 65536 : exact(bits + 1).doubleValue();
            double tie = (low + high) / 2;
            int even = bits % 2 == 0 ? bits : bits + 1;
            assertThat(Half.ofDouble(tie)).as("tie above %04x", bits).isEqualTo((short) even);
            assertThat(Half.ofDouble(-tie)).isEqualTo((short) (even | 0x8000));
            assertThat(Half.ofDouble(Math.nextDown(tie))).isEqualTo((short) bits);
            assertThat(Half.ofDouble(Math.nextUp(tie))).isEqualTo((short) (bits + 1));
        }
    }

    @Test
    void extremesBecomeZeroAndInfinity() {
        assertThat(Half.ofDouble(Double.MIN_VALUE)).isZero();
        assertThat(Half.ofDouble(-0.0)).isEqualTo((short) 0x8000);
        assertThat(Half.ofDouble(Double.MAX_VALUE)).isEqualTo((short) INFINITY);
        assertThat(Half.ofDouble(Double.NEGATIVE_INFINITY)).isEqualTo((short) (INFINITY | 0x8000));
        assertThat(Half.toFloat(Half.SMALLEST_POSITIVE)).isEqualTo(0x1p-24f);
    }
}
