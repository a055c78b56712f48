package org.paretopress.kernels.model;

import java.nio.ByteBuffer;

/** Whole numbers in model files: packed codes, shapes. Read as floats they are exact up to 2^24. */
public enum IntegerType implements TensorType.Elements {
    I32(Integer.BYTES),
    I64(Long.BYTES);

    private final int sizeInBytes;

    IntegerType(int sizeInBytes) {
        this.sizeInBytes = sizeInBytes;
    }

    @Override
    public int sizeInBytes() {
        return sizeInBytes;
    }

    @Override
    public float read(ByteBuffer bytes, int index) {
        return this == I32 ? bytes.getInt(index) : bytes.getLong(index);
    }
}
