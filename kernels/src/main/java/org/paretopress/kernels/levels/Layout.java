package org.paretopress.kernels.levels;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * How the payload of a level is laid out. Together with rows and columns a layout tells name, size and meaning of a
 * level, so sizes are known before anything is computed. In JSON it is an object whose {@code encoding} names the form.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "encoding")
@JsonSubTypes({
    @JsonSubTypes.Type(value = UniformGrid.class, name = "uniform-grid"),
    @JsonSubTypes.Type(value = GgmlBlocks.class, name = "ggml"),
    @JsonSubTypes.Type(value = SparseMask.class, name = "sparse-mask"),
    @JsonSubTypes.Type(value = TwoOfFour.class, name = "two-of-four"),
    @JsonSubTypes.Type(value = SparseGrid.class, name = "sparse-grid"),
    @JsonSubTypes.Type(value = LowRank.class, name = "low-rank"),
    @JsonSubTypes.Type(value = Residual.class, name = "residual"),
    @JsonSubTypes.Type(value = Dropped.class, name = "dropped")
})
public sealed interface Layout
        permits UniformGrid, GgmlBlocks, SparseMask, TwoOfFour, SparseGrid, LowRank, Residual, Dropped {

    /** Short text of the level as an assignment spells it, such as {@code "3"} or {@code "sparse:0.5+4"}. */
    String level(int rows, int columns);

    /** Nominal bits per weight: those of codes, stored values and factors, without scales, zero points and masks. */
    double bits(int rows, int columns);

    /** Exact number of payload bytes. */
    long sizeInBytes(int rows, int columns);

    /**
     * A matrix over a payload, which is not copied and must not change afterwards.
     *
     * @param payload position to limit are exactly the bytes of this layout
     * @throws IllegalArgumentException where the bytes cannot be such a payload
     */
    PackedMatrix view(int rows, int columns, ByteBuffer payload);

    /** Refuses a payload of another length. */
    default void requireSize(int rows, int columns, ByteBuffer payload) {
        long expected = sizeInBytes(rows, columns);
        if (payload.remaining() != expected) {
            throw new IllegalArgumentException("A payload of " + payload.remaining() + " bytes is no level \""
                    + level(rows, columns) + "\" of " + rows + " x " + columns + " weights, which takes " + expected
                    + ".\nMaybe it was written with other parameters.");
        }
    }

    /**
     * A buffer of zeros that a payload is written to.
     *
     * @throws IllegalArgumentException where it is larger than one buffer can be
     */
    default ByteBuffer allocate(int rows, int columns) {
        long size = sizeInBytes(rows, columns);
        if ((long) rows * columns > Integer.MAX_VALUE || size > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("A level \"" + level(rows, columns) + "\" of " + rows + " x " + columns
                    + " weights needs " + size + " bytes, more than one buffer holds.\n"
                    + "Maybe this tensor is an embedding, which is not compressed.");
        }
        return ByteBuffer.allocate((int) size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
