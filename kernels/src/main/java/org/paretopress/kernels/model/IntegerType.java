package org.paretopress.kernels.model;

import java.nio.ByteBuffer;

/** Whole numbers in model files: packed codes, shapes. Read as floats they are exact up to 2^24. */
public enum IntegerType implements TensorType {
    I32(Integer.BYTES),
    I64(Long.BYTES);

    private final int sizeInBytes;

    IntegerType(int sizeInBytes) {
        this.sizeInBytes = sizeInBytes;
    }

    @Override
    public long sizeInBytes(long rows, int columns) {
        return TensorType.sizeInBytes(rows, columns, sizeInBytes);
    }

    @Override
    public void read(ByteBuffer bytes, int at, int count, float[] target, int offset) {
        for (int i = 0; i < count; i++) {
            int place = at + i * sizeInBytes;
            target[offset + i] = this == I32 ? bytes.getInt(place) : bytes.getLong(place);
        }
    }
}
