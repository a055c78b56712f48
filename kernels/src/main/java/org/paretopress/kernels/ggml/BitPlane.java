package org.paretopress.kernels.ggml;

import java.nio.ByteBuffer;

/**
 * Some bits of every code of a block. Bytes come in runs; a run holds {@code run * 8 / bits} consecutive weights: the
 * lowest bits of its bytes belong to the first {@code run} of them, the next bits to the next {@code run}, and so on.
 * Weight i of a run lies in byte {@code i % run} from bit {@code bits * (i / run)}.
 *
 * @param start byte of the block where the first run starts
 * @param bits bits of a code that are here: 1, 2, 4 or 8
 * @param run bytes in a run
 * @param codeBit bit of the code that the lowest of them is
 */
record BitPlane(int start, int bits, int run, int codeBit) {

    /** Adds this plane's bits to the codes of a block that starts at a byte. */
    void read(ByteBuffer source, int at, int[] codes) {
        int mask = (1 << bits) - 1;
        int first = at + start;
        int perRun = run * Byte.SIZE / bits;
        for (int from = 0; from < codes.length; from += perRun, first += run) {
            for (int k = 0; k < run; k++) {
                int packed = source.get(first + k);
                for (int shift = 0, i = from + k; shift < Byte.SIZE; shift += bits, i += run) {
                    codes[i] |= (packed >>> shift & mask) << codeBit;
                }
            }
        }
    }

    /** Writes every byte of this plane. */
    void write(byte[] codes, ByteBuffer target, int at) {
        int mask = (1 << bits) - 1;
        int first = at + start;
        int perRun = run * Byte.SIZE / bits;
        for (int from = 0; from < codes.length; from += perRun, first += run) {
            for (int k = 0; k < run; k++) {
                int packed = 0;
                for (int shift = 0, i = from + k; shift < Byte.SIZE; shift += bits, i += run) {
                    packed |= (codes[i] >>> codeBit & mask) << shift;
                }
                target.put(first + k, (byte) packed);
            }
        }
    }
}
