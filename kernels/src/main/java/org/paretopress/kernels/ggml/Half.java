package org.paretopress.kernels.ggml;

/** IEEE 754 binary16 (half precision) to and from wider types; exact, since Java 17 has no conversion of its own. */
public final class Half {

    /** Bits of the smallest positive half, 2^-24. */
    public static final short SMALLEST_POSITIVE = 0x0001;

    private static final short INFINITY = 0x7C00;
    private static final short QUIET_NAN = 0x7E00;
    /** Halfway between the largest half (65504) and 2^16: from here on values round to infinity. */
    private static final double OVERFLOW = 65520.0;

    private static final int MANTISSA_BITS = 10;
    private static final int HIDDEN_BIT = 1 << MANTISSA_BITS;
    private static final int EXPONENT_BIAS = 15;
    private static final double SMALLEST_NORMAL = 0x1p-14;

    private Half() {}

    /**
     * The half nearest to a value, ties to even; one rounding, straight from the double.
     *
     * @return binary16 bits; infinity from 65520 upwards, a quiet NaN for NaN
     */
    public static short ofDouble(double value) {
        int sign = (int) (Double.doubleToRawLongBits(value) >>> 48) & 0x8000;
        return (short) (sign | magnitudeBits(Math.abs(value)));
    }

    private static int magnitudeBits(double magnitude) {
        if (Double.isNaN(magnitude)) {
            return QUIET_NAN;
        }
        if (magnitude >= OVERFLOW) {
            return INFINITY;
        }
        if (magnitude < SMALLEST_NORMAL) {
            return (int) Math.rint(magnitude * 0x1p24);
        }
        int exponent = Math.getExponent(magnitude);
        int significand = (int) Math.rint(Math.scalb(magnitude, MANTISSA_BITS - exponent));
        // A significand rounded up to the next power of two carries into the exponent by plain addition.
        return ((exponent + EXPONENT_BIAS) << MANTISSA_BITS) + (significand - HIDDEN_BIT);
    }

    /** The value of binary16 bits; every half is exactly a float. */
    public static float toFloat(short bits) {
        int sign = (bits & 0x8000) << 16;
        int exponent = (bits >> MANTISSA_BITS) & 0x1F;
        int mantissa = bits & (HIDDEN_BIT - 1);
        if (exponent == 0) {
            float magnitude = mantissa * 0x1p-24f;
            return sign == 0 ? magnitude : -magnitude;
        }
        int wideExponent = exponent == 0x1F ? 0xFF : exponent - EXPONENT_BIAS + 127;
        return Float.intBitsToFloat(sign | wideExponent << 23 | mantissa << 13);
    }
}
