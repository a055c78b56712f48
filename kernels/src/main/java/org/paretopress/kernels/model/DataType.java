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
            return Half.toFloat(bytes.getShort(index));
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
}
