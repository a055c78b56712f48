package org.paretopress.kernels.model;

import java.nio.ByteBuffer;

/** Element types of weights in model files, little-endian. */
public enum DataType {
    F32(4) {
        @Override
        float read(ByteBuffer bytes, int index) {
            return bytes.getFloat(index);
        }
    },
    F16(2) {
        @Override
        float read(ByteBuffer bytes, int index) {
            return halfToFloat(bytes.getShort(index));
        }
    },
    BF16(2) {
        @Override
        float read(ByteBuffer bytes, int index) {
            return Float.intBitsToFloat(bytes.getShort(index) << 16);
        }
    };

    private final int sizeInBytes;

    DataType(int sizeInBytes) {
        this.sizeInBytes = sizeInBytes;
    }

    public int sizeInBytes() {
        return sizeInBytes;
    }

    /** The element whose first byte stands at {@code index} of a little-endian buffer; exact for every type. */
    abstract float read(ByteBuffer bytes, int index);

    /** IEEE 754 binary16 to binary32, exact: subnormals, infinities and NaN included. */
    private static float halfToFloat(short half) {
        int sign = (half & 0x8000) << 16;
        int exponent = (half >>> 10) & 0x1f;
        int fraction = half & 0x3ff;
        if (exponent == 0) {
            float magnitude = fraction * 0x1p-24f;
            return sign == 0 ? magnitude : -magnitude;
        }
        int bits = exponent == 31 ? 0x7f800000 | fraction << 13 : exponent + 112 << 23 | fraction << 13;
        return Float.intBitsToFloat(sign | bits);
    }
}
