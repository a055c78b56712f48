package org.paretopress.kernels.model;

import java.nio.ByteBuffer;
import org.paretopress.kernels.ggml.GgmlType;

/** How the weights of a tensor are stored. */
public sealed interface TensorType permits TensorType.Elements, TensorType.Blocks {

    /** As model files spell it: {@code BF16}, {@code Q4_K}. */
    String name();

    /**
     * Bytes of whole rows.
     *
     * @throws ArithmeticException beyond 63 bits
     */
    long sizeInBytes(long rows, int columns);

    /**
     * Reads weights as floats, exactly.
     *
     * @param bytes little-endian, addressed absolutely
     * @param at byte of the first of them
     * @param count of whole rows
     * @param target gets them from {@code offset} on
     */
    void read(ByteBuffer bytes, int at, int count, float[] target, int offset);

    /** Weights side by side, all of one size. */
    sealed interface Elements extends TensorType permits DataType, IntegerType {

        /** Of an element. */
        int sizeInBytes();

        /** The element whose first byte stands at {@code index} of a little-endian buffer. */
        float read(ByteBuffer bytes, int index);

        @Override
        default long sizeInBytes(long rows, int columns) {
            return Math.multiplyExact(Math.multiplyExact(rows, (long) columns), (long) sizeInBytes());
        }

        @Override
        default void read(ByteBuffer bytes, int at, int count, float[] target, int offset) {
            for (int i = 0; i < count; i++) {
                target[offset + i] = read(bytes, at + i * sizeInBytes());
            }
        }
    }

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
