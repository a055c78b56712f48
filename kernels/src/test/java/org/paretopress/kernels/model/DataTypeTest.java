package org.paretopress.kernels.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

/** All bit patterns of the 16-bit types against the formula that defines them, in double precision. */
class DataTypeTest {

    @Test
    void everyHalfHasItsValue() {
        assertEveryPattern(DataType.F16, 5, 10);
    }

    @Test
    void everyBrainFloatHasItsValue() {
        assertEveryPattern(DataType.BF16, 8, 7);
    }

    @Test
    void floatsAreReadAsTheyAre() {
        ByteBuffer bytes = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putFloat(4, -0.1f).putInt(8, 0x00000001);
        assertThat(DataType.F32.read(bytes, 4)).isEqualTo(-0.1f);
        assertThat(DataType.F32.read(bytes, 8)).isEqualTo(Float.MIN_VALUE);
    }

    private static void assertEveryPattern(DataType type, int exponentBits, int fractionBits) {
        ByteBuffer bytes = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
        for (int pattern = 0; pattern < 1 << 16; pattern++) {
            bytes.putShort(2, (short) pattern);
            double expected = value(pattern, exponentBits, fractionBits);
            double found = type.read(bytes, 2);
            assertThat(Double.compare(found, expected))
                    .as("%s %04x: %s instead of %s", type, pattern, found, expected)
                    .isZero();
        }
    }

    /** IEEE 754 for a sign bit, an exponent and a fraction. */
    private static double value(int pattern, int exponentBits, int fractionBits) {
        int largest = (1 << exponentBits) - 1;
        int exponent = pattern >> fractionBits & largest;
        double fraction = (pattern & (1 << fractionBits) - 1) / Math.pow(2, fractionBits);
        double sign = pattern >= 1 << 15 ? -1 : 1;
        int bias = largest / 2;
        if (exponent == largest) {
            return fraction == 0 ? sign * Double.POSITIVE_INFINITY : Double.NaN;
        }
        return exponent == 0
                ? sign * fraction * Math.pow(2, 1 - bias)
                : sign * (1 + fraction) * Math.pow(2, exponent - bias);
    }
}
