package org.paretopress.kernels.cuda;

/** Numbers that {@code attention.cu} has too. */
final class TiledAttention {

    static final int THREADS = 128;
    static final int QUERIES = 64;
    static final int KEYS = 64;
    static final int STAGES = 2;
    private static final int LARGEST_HEAD = 128;

    private TiledAttention() {}

    /** Whether heads of a size fit tensor cores and registers. */
    static boolean fits(int headSize) {
        return headSize % 16 == 0 && headSize <= LARGEST_HEAD;
    }

    /** Elements from one key to the next in shared memory: 16 bytes more than a head. */
    static int pitch(int headSize) {
        return headSize + 8;
    }

    /** Keys and values of each stage, of 16 bits. */
    static int sharedBytes(int headSize) {
        return STAGES * 2 * KEYS * pitch(headSize) * 2;
    }
}
