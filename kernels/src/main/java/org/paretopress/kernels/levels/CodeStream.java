package org.paretopress.kernels.levels;

import java.nio.ByteBuffer;

/**
 * Unsigned codes of equal width as one continuous little-endian bit stream: code {@code i} occupies the bits
 * {@code [i * bits, (i + 1) * bits)}, where bit {@code k} of the stream is bit {@code k % 8} of byte {@code k / 8}.
 * Only the end is padded to a byte.
 *
 * @param bytes little-endian buffer, addressed absolutely
 * @param start index of the stream's first byte in the buffer
 * @param bits width of a code, 1 to 8
 */
record CodeStream(ByteBuffer bytes, int start, int bits) {

    /** Eight codes fill exactly {@code bits} bytes, so every eighth code starts at a byte. */
    private static final int CODES_PER_WORD = 8;

    /** Bytes that a stream of codes needs. */
    static long sizeInBytes(long codes, int bits) {
        return (codes * bits + 7) / 8;
    }

    /** Writes all codes, the first at the start of the stream. Bits of a code beyond the width must be zero. */
    void write(byte[] codes) {
        long pending = 0;
        int pendingBits = 0;
        int at = start;
        for (byte code : codes) {
            pending |= (code & 0xFFL) << pendingBits;
            pendingBits += bits;
            while (pendingBits >= 8) {
                bytes.put(at++, (byte) pending);
                pending >>>= 8;
                pendingBits -= 8;
            }
        }
        if (pendingBits > 0) {
            bytes.put(at, (byte) pending);
        }
    }

    /** One code; reads at most two bytes and none beyond the stream. */
    int get(long index) {
        long bit = index * bits;
        int at = start + (int) (bit >>> 3);
        int shift = (int) (bit & 7);
        int word = bytes.get(at) & 0xFF;
        if (shift + bits > 8) {
            word |= (bytes.get(at + 1) & 0xFF) << 8;
        }
        return (word >>> shift) & ((1 << bits) - 1);
    }

    /** Codes {@code [first, first + count)} as floats into {@code target[offset ..]}. */
    void read(long first, int count, float[] target, int offset) {
        int done = 0;
        while (done < count && (first + done) % CODES_PER_WORD != 0) {
            target[offset + done] = get(first + done++);
        }
        int at = start + (int) ((first + done) / CODES_PER_WORD * bits);
        int lastWord = bytes.limit() - Long.BYTES;
        while (count - done >= CODES_PER_WORD && at <= lastWord) {
            unpackWord(bytes.getLong(at), target, offset + done);
            done += CODES_PER_WORD;
            at += bits;
        }
        while (done < count) {
            target[offset + done] = get(first + done++);
        }
    }

    /** Of a stream of single bits, rows × columns: how many are set before each row, and, last, in all. */
    int[] onesBeforeRows(int rows, int columns) {
        int[] before = new int[rows + 1];
        for (int row = 0; row < rows; row++) {
            int ones = 0;
            for (int column = 0; column < columns; column++) {
                ones += get((long) row * columns + column);
            }
            before[row + 1] = before[row] + ones;
        }
        return before;
    }

    private void unpackWord(long word, float[] target, int at) {
        int mask = (1 << bits) - 1;
        target[at] = (int) word & mask;
        target[at + 1] = (int) (word >>> bits) & mask;
        target[at + 2] = (int) (word >>> 2 * bits) & mask;
        target[at + 3] = (int) (word >>> 3 * bits) & mask;
        target[at + 4] = (int) (word >>> 4 * bits) & mask;
        target[at + 5] = (int) (word >>> 5 * bits) & mask;
        target[at + 6] = (int) (word >>> 6 * bits) & mask;
        target[at + 7] = (int) (word >>> 7 * bits) & mask;
    }
}
