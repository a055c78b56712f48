package org.paretopress.kernels.model;

import java.nio.ByteBuffer;

/** Element types of weights in model files, little-endian. */
public enum DataType {
    F32(4) {
        @Override
        float read(ByteBuffer bytes, int index) {
            return bytes.getFloat(index);
        }

        @Override
        public void write(ByteBuffer bytes, int index, float value) {
            bytes.putFloat(index, value);
        }
    },
    F16(2) {
        @Override
        float read(ByteBuffer bytes, int index) {
            return Half.toFloat(bytes.getShort(index));
        }

        @Override
        public void write(ByteBuffer bytes, int index, float value) {
            bytes.putShort(index, Half.ofDouble(value));
        }
    },
    BF16(2) {
        @Override
        float read(ByteBuffer bytes, int index) {
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

    public int sizeInBytes() {
        return sizeInBytes;
    }

    /** The element whose first byte stands at {@code index} of a little-endian buffer; exact for every type. */
    abstract float read(ByteBuffer bytes, int index);

    /** Puts the element nearest to a finite value, ties to even, where {@link #read} finds it. */
    public abstract void write(ByteBuffer bytes, int index, float value);
}
