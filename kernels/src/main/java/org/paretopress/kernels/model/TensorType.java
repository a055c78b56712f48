package org.paretopress.kernels.model;

import java.nio.ByteBuffer;
import org.paretopress.kernels.ggml.GgmlType;

/** How the weights of a tensor are stored. */
public sealed interface TensorType permits DataType, IntegerType, TensorType.Blocks {

    /** As model files spell it: {@code BF16}, {@code Q4_K}. */
    String name();

    /**
     * Bytes of whole rows.
     *
     * @throws ArithmeticException beyond 63 bits
     */
    long sizeInBytes(long rows, int columns);

    /** Bytes of elements of one size. */
    static long sizeInBytes(long rows, int columns, int elementBytes) {
        return Math.multiplyExact(Math.multiplyExact(rows, (long) columns), (long) elementBytes);
    }

    /**
     * Reads weights as floats, exactly.
     *
     * @param bytes little-endian, addressed absolutely
     * @param at byte of the first of them
     * @param count of whole rows
     * @param target gets them from {@code offset} on
     */
    void read(ByteBuffer bytes, int at, int count, float[] target, int offset);

    /** Blocks of ggml. */
    record Blocks(GgmlType type) implements TensorType {

        @Override
        public String name() {
            return type.name();
        }

        @Override
        public long sizeInBytes(long rows, int columns) {
            return Math.multiplyExact(rows, type.sizeInBytes(1, columns));
        }

        @Override
        public void read(ByteBuffer bytes, int at, int count, float[] target, int offset) {
            type.dequantize(bytes, at, count / type.blockSize(), target, offset);
        }
    }
}
