package org.paretopress.kernels.ggml;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/**
 * Block formats of ggml, bit for bit as llama.cpp reads them: the structs {@code block_q2_K} and so on of its
 * {@code ggml-common.h}. A row of a matrix is a sequence of blocks; columns are a multiple of the block size.
 *
 * <p>A weight is {@code step * (code - centre) - minimum}; step and minimum belong to its sub-block:
 *
 * <table>
 * <caption>Bytes of a block, and where they lie; h is binary16</caption>
 * <tr><th>type</th><th>weights</th><th>bytes</th><th>sub-blocks</th><th>codes</th><th>centre</th><th>layout</th></tr>
 * <tr><td>Q4_0</td><td>32</td><td>18</td><td>1</td><td>4 bits</td><td>8</td><td>h d, 16 low</td></tr>
 * <tr><td>Q5_0</td><td>32</td><td>22</td><td>1</td><td>5 bits</td><td>16</td><td>h d, 4 high, 16 low</td></tr>
 * <tr><td>Q5_1</td><td>32</td><td>24</td><td>1</td><td>5 bits</td><td>0</td><td>h d, h m, 4 high, 16 low</td></tr>
 * <tr><td>Q8_0</td><td>32</td><td>34</td><td>1</td><td>8 bits</td><td>128</td><td>h d, 32 signed bytes</td></tr>
 * <tr><td>Q2_K</td><td>256</td><td>84</td><td>16</td><td>2 bits</td><td>0</td><td>16 scales, 64 codes, h d, h dmin</td></tr>
 * <tr><td>Q3_K</td><td>256</td><td>110</td><td>16</td><td>3 bits</td><td>4</td><td>32 high, 64 low, 12 scales, h d</td></tr>
 * <tr><td>Q4_K</td><td>256</td><td>144</td><td>8</td><td>4 bits</td><td>0</td><td>h d, h dmin, 12 scales, 128 codes</td></tr>
 * <tr><td>Q5_K</td><td>256</td><td>176</td><td>8</td><td>5 bits</td><td>0</td><td>h d, h dmin, 12 scales, 32 high, 128 low</td></tr>
 * <tr><td>Q6_K</td><td>256</td><td>210</td><td>16</td><td>6 bits</td><td>32</td><td>128 low, 64 high, 16 scales, h d</td></tr>
 * </table>
 *
 * <p>{@link BitPlane} says how codes are spread over bytes, {@link ScaleLayout} how scales are.
 */
public enum GgmlType {
    Q4_0(2, 32, 18, -8, 7, ScaleLayout.SCALE, new BitPlane(2, 4, 16, 0)),
    Q5_0(6, 32, 22, -16, 15, ScaleLayout.SCALE, new BitPlane(6, 4, 16, 0), new BitPlane(2, 1, 1, 4)),
    Q5_1(7, 32, 24, 0, 31, ScaleLayout.SCALE_AND_MINIMUM, new BitPlane(8, 4, 16, 0), new BitPlane(4, 1, 1, 4)),
    Q8_0(8, 32, 34, -127, 127, ScaleLayout.SCALE, new BitPlane(2, 8, 32, 0)),
    Q2_K(10, 256, 84, 0, 3, ScaleLayout.NIBBLE_PAIRS, new BitPlane(16, 2, 32, 0)),
    Q3_K(11, 256, 110, -4, 3, ScaleLayout.SIGNED_SIX_BITS, new BitPlane(32, 2, 32, 0), new BitPlane(0, 1, 32, 2)),
    Q4_K(12, 256, 144, 0, 15, ScaleLayout.SIX_BIT_PAIRS, new BitPlane(16, 4, 32, 0)),
    Q5_K(13, 256, 176, 0, 31, ScaleLayout.SIX_BIT_PAIRS, new BitPlane(48, 4, 32, 0), new BitPlane(16, 1, 32, 4)),
    Q6_K(14, 256, 210, -32, 31, ScaleLayout.SIGNED_BYTES, new BitPlane(0, 4, 64, 0), new BitPlane(128, 2, 32, 4));

    /** Q8_0 stores its codes as signed bytes: in two's complement the highest bit of an unsigned code is turned over. */
    private static final int SIGN = 0x80;

    private final int id;
    private final int blockSize;
    private final int bytesPerBlock;
    private final ScaleLayout scaleLayout;
    private final List<BitPlane> planes;
    /** Range of the codes that a fit uses, less the centre. */
    final int lowest;

    final int highest;
    private final int flipped;
    private final int centre;

    GgmlType(
            int id,
            int blockSize,
            int bytesPerBlock,
            int lowest,
            int highest,
            ScaleLayout scaleLayout,
            BitPlane... planes) {
        this.id = id;
        this.blockSize = blockSize;
        this.bytesPerBlock = bytesPerBlock;
        this.lowest = lowest;
        this.highest = highest;
        this.scaleLayout = scaleLayout;
        this.planes = List.of(planes);
        this.flipped = planes[0].bits() == Byte.SIZE ? SIGN : 0;
        this.centre = flipped == 0 ? -lowest : SIGN;
    }

    /** The number of this type in a GGUF file. */
    public int id() {
        return id;
    }

    /** Weights in a block: 32, or 256 in a super-block. */
    public int blockSize() {
        return blockSize;
    }

    /** Bytes that a block takes, scales included. */
    public int bytesPerBlock() {
        return bytesPerBlock;
    }

    /** Bits a weight, scales included: 4.5 for Q4_K. */
    public double bitsPerWeight() {
        return (double) Byte.SIZE * bytesPerBlock / blockSize;
    }

    /**
     * Bytes of a matrix.
     *
     * @throws IllegalArgumentException where a dimension is not positive or a row is not a whole number of blocks
     */
    public long sizeInBytes(int rows, int columns) {
        if (rows < 1 || columns < 1 || columns % blockSize != 0) {
            throw new IllegalArgumentException("A matrix of " + rows + " x " + columns + " weights cannot be " + this
                    + ", whose rows are whole blocks of " + blockSize + " weights.\nMaybe choose "
                    + (blockSize > Q8_0.blockSize
                            ? "a type with blocks of 32, as Q8_0, for this layer."
                            : "another level for this layer."));
        }
        return (long) rows * (columns / blockSize) * bytesPerBlock;
    }

    /**
     * Weights of consecutive blocks, the same floats as {@code dequantize_row_*} of ggml.
     *
     * @param source little-endian, addressed absolutely
     * @param at byte where the first block starts
     * @param target gets {@code blocks * blockSize()} weights
     * @param offset index of the first of them
     */
    public void dequantize(ByteBuffer source, int at, int blocks, float[] target, int offset) {
        requireLittleEndian(source);
        int[] codes = new int[blockSize];
        for (int block = 0; block < blocks; block++) {
            int start = at + block * bytesPerBlock;
            Arrays.fill(codes, 0);
            for (BitPlane plane : planes) {
                plane.read(source, start, codes);
            }
            toWeights(scaleLayout.read(source, start), codes, target, offset + block * blockSize);
        }
    }

    private void toWeights(BlockScales scales, int[] codes, float[] target, int offset) {
        float[] steps = scales.steps();
        float[] minima = scales.minima();
        int length = blockSize / steps.length;
        for (int j = 0, i = 0; j < steps.length; j++) {
            for (int end = i + length; i < end; i++) {
                target[offset + i] = steps[j] * ((codes[i] ^ flipped) - centre) - minima[j];
            }
        }
    }

    /**
     * A grid for a block of weights, searched for the least Σ importance · (weight − value)² after all rounding of scales,
     * each weight taking the nearest code. A search finds a good grid, not always the best; the same weights and
     * importances give the same grid.
     *
     * @param weights finite; the block is {@code weights[from .. from + blockSize())}
     * @param importance indexed as the weights: mean square of the input that the weight multiplies, or ones. Beneath a
     *     millionth of the block's mean it counts as that; all zeros count as ones
     * @throws IllegalArgumentException where an importance is negative or not finite
     * @throws ArithmeticException where a scale is beyond binary16
     */
    public BlockGrid fit(double[] weights, int from, double[] importance) {
        return BlockFit.fit(this, weights, from, importance);
    }

    ScaleLayout scaleLayout() {
        return scaleLayout;
    }

    /** What is taken from a code before it is multiplied. */
    int centre() {
        return centre;
    }

    /** Writes a whole block. */
    void write(BlockScales scales, byte[] codes, ByteBuffer target, int at) {
        requireLittleEndian(target);
        byte[] stored = codes;
        if (flipped != 0) {
            stored = new byte[codes.length];
            for (int i = 0; i < codes.length; i++) {
                stored[i] = (byte) (codes[i] ^ flipped);
            }
        }
        for (BitPlane plane : planes) {
            plane.write(stored, target, at);
        }
        scaleLayout.write(scales, target, at);
    }

    private static void requireLittleEndian(ByteBuffer buffer) {
        if (buffer.order() != ByteOrder.LITTLE_ENDIAN) {
            throw new IllegalArgumentException("A buffer of ggml blocks is " + buffer.order()
                    + ".\nMaybe call order(ByteOrder.LITTLE_ENDIAN); slices and duplicates forget it.");
        }
    }
}
