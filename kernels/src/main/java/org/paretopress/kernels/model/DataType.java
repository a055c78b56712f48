package org.paretopress.kernels.model;

import java.nio.ByteBuffer;
import org.paretopress.kernels.ggml.Half;

/** Element types of weights in model files, little-endian. */
public enum DataType implements TensorType.Elements {
    F32(4) {
        @Override
        public float read(ByteBuffer bytes, int index) {
            return bytes.getFloat(index);
        }

        @Override
        public void write(ByteBuffer bytes, int index, float value) {
            bytes.putFloat(index, value);
        }
    },
    F16(2) {
        @Override
        public float read(ByteBuffer bytes, int index) {
            return Half.toFloat(bytes.getShort(index));
        }

        @Override
        public void write(ByteBuffer bytes, int index, float value) {
            bytes.putShort(index, Half.ofDouble(value));
        }
    },
    BF16(2) {
        @Override
        public float read(ByteBuffer bytes, int index) {
            return Float.intBitsToFloat(bytes.getShort(index) << 16);
        }

        @Override
        public void write(ByteBuffer bytes, int index, float value) {
            int bits = Float.floatToRawIntBits(value);
            bytes.putShort(index, (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16));
        }
    };

    private final int sizeInBytes;

    DataType(int sizeInBytes) {
        this.sizeInBytes = sizeInBytes;
    }

    @Override
    public int sizeInBytes() {
        return sizeInBytes;
    }

    /** Puts the element nearest to a finite value, ties to even, where {@link #read} finds it. */
    public abstract void write(ByteBuffer bytes, int index, float value);
}
