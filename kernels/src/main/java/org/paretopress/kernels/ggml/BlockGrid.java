package org.paretopress.kernels.ggml;

import java.nio.ByteBuffer;

/**
 * The values that the weights of one block can take: scales and minima are chosen and rounded, codes are not yet. Codes
 * are unsigned. Immutable.
 */
public final class BlockGrid {

    private final GgmlType type;
    private final BlockScales scales;
    private final float[] steps;
    private final float[] minima;
    private final int subBlockSize;
    private final int lowestCode;
    private final int highestCode;

    BlockGrid(GgmlType type, BlockScales scales) {
        this.type = type;
        this.scales = scales;
        this.steps = scales.steps();
        this.minima = scales.minima();
        this.subBlockSize = type.blockSize() / steps.length;
        this.lowestCode = type.lowest + type.centre();
        this.highestCode = type.highest + type.centre();
    }

    /** The format that this grid is stored in. */
    public GgmlType type() {
        return type;
    }

    /**
     * The code whose value is nearest to a weight; of two equally near, the lower. Where all values are equal, the centre.
     *
     * @param i number of the weight in its block
     */
    public int code(int i, double weight) {
        int j = i / subBlockSize;
        float step = steps[j];
        if (step == 0) {
            return type.centre();
        }
        double exact = (weight + minima[j]) / step + type.centre();
        int below = (int) Math.min(Math.max(Math.floor(exact), lowestCode), highestCode);
        int above = Math.min(below + 1, highestCode);
        return Math.abs(weight - value(i, below)) <= Math.abs(weight - value(i, above)) ? below : above;
    }

    /** The weight that a code of weight number i stands for: exactly the float that dequantizing gives. */
    public double value(int i, int code) {
        int j = i / subBlockSize;
        return steps[j] * (code - type.centre()) - minima[j];
    }

    /**
     * Packs the block.
     *
     * @param codes unsigned, one a weight
     * @param target little-endian, addressed absolutely; gets {@code type().bytesPerBlock()} bytes
     * @param at byte where the block starts
     * @throws IllegalArgumentException where the number of codes is not that of the block
     */
    public void write(byte[] codes, ByteBuffer target, int at) {
        if (codes.length != type.blockSize()) {
            throw new IllegalArgumentException("Got " + codes.length + " codes for a block of " + type + ", which has "
                    + type.blockSize() + ".\nMaybe these are the codes of a row.");
        }
        type.write(scales, codes, target, at);
    }
}
