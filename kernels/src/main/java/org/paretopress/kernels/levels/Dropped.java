package org.paretopress.kernels.levels;

import java.nio.ByteBuffer;

/** A layer that is left out: all weights are zero, and nothing is stored. */
public record Dropped() implements Layout {

    /** How an assignment spells it. */
    public static final String LEVEL = "drop";

    @Override
    public String level(int rows, int columns) {
        return LEVEL;
    }

    @Override
    public double bits(int rows, int columns) {
        return 0;
    }

    @Override
    public long sizeInBytes(int rows, int columns) {
        return 0;
    }

    @Override
    public DroppedMatrix view(int rows, int columns, ByteBuffer payload) {
        return new DroppedMatrix(this, rows, columns, payload);
    }
}
