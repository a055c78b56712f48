package org.paretopress.kernels.cuda;

/** Numbers that {@code attention.cu} has too. */
final class TiledAttention {

    static final int THREADS = 128;
    static final int QUERIES = 64;
    private static final int KEYS = 64;
    private static final int STAGES = 2;
    private static final int LARGEST_HEAD = 128;

    private TiledAttention() {}

    /** Whether heads of a size fit tensor cores and registers. */
    static boolean fits(int headSize) {
        return headSize % 16 == 0 && headSize <= LARGEST_HEAD;
    }

    /** Keys and values of each stage, in rows that are 16 bytes longer than a head. */
    static int sharedBytes(int headSize) {
        return STAGES * 2 * KEYS * (headSize + 8) * 2;
    }
}
