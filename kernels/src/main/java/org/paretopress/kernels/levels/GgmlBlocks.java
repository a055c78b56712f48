package org.paretopress.kernels.levels;

import java.nio.ByteBuffer;
import org.paretopress.kernels.ggml.GgmlType;

/** A GGML block format. Payload: the blocks row after row, byte for byte the data of a tensor in a GGUF file. */
public record GgmlBlocks(GgmlType type) implements Layout {

    /** Whether rows of this length are whole blocks. */
    public static boolean fits(GgmlType type, int columns) {
        return columns % type.blockSize() == 0;
    }

    @Override
    public String level(int rows, int columns) {
        return type.name();
    }

    /** As the format counts them, scales included: 4.5 for Q4_K. */
    @Override
    public double bits(int rows, int columns) {
        return type.bitsPerWeight();
    }

    @Override
    public long sizeInBytes(int rows, int columns) {
        return type.sizeInBytes(rows, columns);
    }

    @Override
    public GgmlMatrix view(int rows, int columns, ByteBuffer payload) {
        return new GgmlMatrix(this, rows, columns, payload);
    }
}
