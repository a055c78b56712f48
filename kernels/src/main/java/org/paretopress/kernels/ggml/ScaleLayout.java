package org.paretopress.kernels.ggml;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Where a block keeps its scales. d is the scale and dmin the scale of minima, binary16; s[j] and m[j] are the codes of
 * sub-block j. Positions are bytes from the start of the block, little-endian.
 */
enum ScaleLayout {

    /** d at 0; one sub-block, s = 1. */
    SCALE(1, 1, 1, 0) {
        @Override
        BlockScales read(ByteBuffer source, int at) {
            return new BlockScales(source.getShort(at), (short) 0, new int[] {1}, new int[1]);
        }

        @Override
        void write(BlockScales scales, ByteBuffer target, int at) {
            target.putShort(at, scales.scale());
        }
    },

    /** d at 0 and a minimum at 2, which is added; one sub-block, s = 1, and m = −1 because minima are subtracted here. */
    SCALE_AND_MINIMUM(1, 1, 1, -1) {
        @Override
        BlockScales read(ByteBuffer source, int at) {
            return new BlockScales(source.getShort(at), source.getShort(at + 2), new int[] {1}, new int[] {-1});
        }

        @Override
        void write(BlockScales scales, ByteBuffer target, int at) {
            target.putShort(at, scales.scale());
            target.putShort(at + 2, scales.minimumScale());
        }
    },

    /** Q2_K, 16 sub-blocks. Bytes 0 to 15: s[j] in the low half of byte j, m[j] in the high half. d at 80, dmin at 82. */
    NIBBLE_PAIRS(16, 0, 15, 15) {
        @Override
        BlockScales read(ByteBuffer source, int at) {
            int[] scaleCodes = new int[16];
            int[] minimumCodes = new int[16];
            for (int j = 0; j < 16; j++) {
                scaleCodes[j] = source.get(at + j) & 0xF;
                minimumCodes[j] = source.get(at + j) >>> 4 & 0xF;
            }
            return new BlockScales(source.getShort(at + 80), source.getShort(at + 82), scaleCodes, minimumCodes);
        }

        @Override
        void write(BlockScales scales, ByteBuffer target, int at) {
            for (int j = 0; j < 16; j++) {
                target.put(at + j, (byte) (scales.scaleCodes()[j] | scales.minimumCodes()[j] << 4));
            }
            target.putShort(at + 80, scales.scale());
            target.putShort(at + 82, scales.minimumScale());
        }
    },

    /**
     * Q3_K, 16 sub-blocks, s[j] + 32 in six bits: the low four of j in half j / 8 of byte 96 + j % 8, the high two from
     * bit 2 · (j / 4) of byte 104 + j % 4. d at 108.
     */
    SIGNED_SIX_BITS(16, -32, 31, 0) {
        @Override
        BlockScales read(ByteBuffer source, int at) {
            int[] scaleCodes = new int[16];
            for (int j = 0; j < 16; j++) {
                int low = source.get(at + 96 + j % 8) >>> 4 * (j / 8) & 0xF;
                int high = source.get(at + 104 + j % 4) >>> 2 * (j / 4) & 3;
                scaleCodes[j] = (low | high << 4) - 32;
            }
            return new BlockScales(source.getShort(at + 108), (short) 0, scaleCodes, new int[16]);
        }

        @Override
        void write(BlockScales scales, ByteBuffer target, int at) {
            int[] bytes = new int[12];
            for (int j = 0; j < 16; j++) {
                int stored = scales.scaleCodes()[j] + 32;
                bytes[j % 8] |= (stored & 0xF) << 4 * (j / 8);
                bytes[8 + j % 4] |= stored >>> 4 << 2 * (j / 4);
            }
            put(bytes, target, at + 96);
            target.putShort(at + 108, scales.scale());
        }
    },

    /**
     * Q4_K and Q5_K, 8 sub-blocks, six bits each. d at 0, dmin at 2. For j below 4, s[j] is the low six bits of byte 4 + j
     * and m[j] those of byte 8 + j. For the others, byte 8 + j holds the low four bits of s[j] in its low half and of m[j]
     * in its high half; their high two bits are the high two of bytes j and 4 + j.
     */
    SIX_BIT_PAIRS(8, 0, 63, 63) {
        @Override
        BlockScales read(ByteBuffer source, int at) {
            int[] scaleCodes = new int[8];
            int[] minimumCodes = new int[8];
            for (int j = 0; j < 4; j++) {
                int scale = source.get(at + 4 + j);
                int minimum = source.get(at + 8 + j);
                int low = source.get(at + 12 + j);
                scaleCodes[j] = scale & 63;
                minimumCodes[j] = minimum & 63;
                scaleCodes[j + 4] = low & 0xF | (scale >>> 6 & 3) << 4;
                minimumCodes[j + 4] = low >>> 4 & 0xF | (minimum >>> 6 & 3) << 4;
            }
            return new BlockScales(source.getShort(at), source.getShort(at + 2), scaleCodes, minimumCodes);
        }

        @Override
        void write(BlockScales scales, ByteBuffer target, int at) {
            int[] s = scales.scaleCodes();
            int[] m = scales.minimumCodes();
            int[] bytes = new int[12];
            for (int j = 0; j < 4; j++) {
                bytes[j] = s[j] | s[j + 4] >>> 4 << 6;
                bytes[j + 4] = m[j] | m[j + 4] >>> 4 << 6;
                bytes[j + 8] = s[j + 4] & 0xF | (m[j + 4] & 0xF) << 4;
            }
            target.putShort(at, scales.scale());
            target.putShort(at + 2, scales.minimumScale());
            put(bytes, target, at + 4);
        }
    },

    /** Q6_K, 16 sub-blocks. s[j] is the signed byte 192 + j. d at 208. */
    SIGNED_BYTES(16, -128, 127, 0) {
        @Override
        BlockScales read(ByteBuffer source, int at) {
            int[] scaleCodes = new int[16];
            Arrays.setAll(scaleCodes, j -> source.get(at + 192 + j));
            return new BlockScales(source.getShort(at + 208), (short) 0, scaleCodes, new int[16]);
        }

        @Override
        void write(BlockScales scales, ByteBuffer target, int at) {
            put(scales.scaleCodes(), target, at + 192);
            target.putShort(at + 208, scales.scale());
        }
    };

    /** Stretches of a block with a scale of their own. */
    final int subBlocks;
    /** Smallest and largest code of a sub-block's scale. */
    final int lowestScale;

    final int highestScale;
    /** Largest code of a sub-block's minimum; zero where there are none, −1 where the one minimum is stored itself. */
    final int highestMinimum;

    ScaleLayout(int subBlocks, int lowestScale, int highestScale, int highestMinimum) {
        this.subBlocks = subBlocks;
        this.lowestScale = lowestScale;
        this.highestScale = highestScale;
        this.highestMinimum = highestMinimum;
    }

    /** The scales of the block that starts at a byte. */
    abstract BlockScales read(ByteBuffer source, int at);

    /** Writes scales into the block that starts at a byte. */
    abstract void write(BlockScales scales, ByteBuffer target, int at);

    /** Nearest code of a sub-block's scale in units of d. */
    int scaleCode(double scale, double unit) {
        return unit == 0 ? 0 : (int) Math.rint(Math.min(Math.max(scale / unit, lowestScale), highestScale));
    }

    /** Nearest code of a sub-block's minimum in units of dmin. */
    int minimumCode(double minimum, double unit) {
        return unit == 0 ? 0 : (int) Math.rint(Math.min(Math.max(minimum / unit, 0), highestMinimum));
    }

    private static void put(int[] bytes, ByteBuffer target, int at) {
        for (int i = 0; i < bytes.length; i++) {
            target.put(at + i, (byte) bytes[i]);
        }
    }
}
