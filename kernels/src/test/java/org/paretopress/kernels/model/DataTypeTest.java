package org.paretopress.kernels.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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

    /** Values that a type has, and those a little below, at and above the middle between two neighbours. */
    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            names = {"F16", "BF16"})
    void writesTheNearestTiesToEven(DataType type) {
        ByteBuffer bytes = ByteBuffer.allocate(6).order(ByteOrder.LITTLE_ENDIAN);
        for (int pattern = 0; finite(type, pattern + 1); pattern++) {
            float low = type.read(bytes.putShort(0, (short) pattern), 0);
            float high = type.read(bytes.putShort(0, (short) (pattern + 1)), 0);
            float middle = (float) ((0.0 + low + high) / 2); // needs one bit more, which a float has
            assertThat(written(type, bytes, low)).isEqualTo(pattern);
            assertThat(written(type, bytes, -low)).isEqualTo(pattern | 1 << 15);
            assertThat(written(type, bytes, Math.nextDown(middle))).isEqualTo(pattern);
            assertThat(written(type, bytes, middle)).isEqualTo(pattern + pattern % 2);
            assertThat(written(type, bytes, Math.nextUp(middle))).isEqualTo(pattern + 1);
        }
    }

    @Test
    void floatsAreWrittenAsTheyAre() {
        ByteBuffer bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        DataType.F32.write(bytes, 4, -0.1f);
        assertThat(bytes.getFloat(4)).isEqualTo(-0.1f);
    }

    private static boolean finite(DataType type, int pattern) {
        ByteBuffer bytes = ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN);
        return Float.isFinite(type.read(bytes.putShort(0, (short) pattern), 0));
    }

    private static int written(DataType type, ByteBuffer bytes, float value) {
        type.write(bytes, 4, value);
        return bytes.getShort(4) & 0xFFFF;
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
