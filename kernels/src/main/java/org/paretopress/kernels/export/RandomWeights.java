package org.paretopress.kernels.export;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import org.paretopress.kernels.model.DataType;

/**
 * Random weights of a tensor, each a function of (seed, tensor name, position) and of nothing before it.
 *
 * <p>A weight is the sum of twelve uniform numbers of 16 bits, centred: mean 0, variance 1 before scaling, within six
 * standard deviations. That is as normal as a model without knowledge needs, takes whole-number arithmetic alone and so
 * gives the same bits everywhere. The bits are those of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
 */
record RandomWeights(long start, double scale, double mean) {

    private static final int BUFFER_BYTES = 1 << 16;

    private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;
    private static final long EVEN_LANES = 0x0000FFFF0000FFFFL;
    private static final int DRAWS = 3;
    private static final int UNIFORMS = 4 * DRAWS;
    private static final double SUM_MEAN = UNIFORMS * 0xFFFF / 2.0;
    /** Of a sum of twelve uniform whole numbers from 0 to 2^16 - 1: 12 · (2^32 - 1) / 12, under the root. */
    private static final double SUM_DEVIATION = Math.sqrt(0xFFFFFFFFL);

    /** @param deviation standard deviation of the weights */
    static RandomWeights of(long seed, String tensor, double deviation) {
        long state = mixed(seed + GOLDEN_RATIO);
        for (int i = 0; i < tensor.length(); i++) {
            state = mixed((state ^ tensor.charAt(i)) + GOLDEN_RATIO);
        }
        return new RandomWeights(state, deviation / SUM_DEVIATION, 0);
    }

    /** Gains that change nothing. */
    static RandomWeights ones() {
        return new RandomWeights(0, 0, 1);
    }

    float at(long position) {
        long state = start + DRAWS * position * GOLDEN_RATIO;
        long lanes = 0;
        for (int i = 0; i < DRAWS; i++) {
            long bits = mixed(state += GOLDEN_RATIO);
            lanes += (bits & EVEN_LANES) + (bits >>> 16 & EVEN_LANES);
        }
        long sum = (lanes & 0xFFFFFFFFL) + (lanes >>> 32);
        return (float) (mean + (sum - SUM_MEAN) * scale);
    }

    /** The first {@code count} weights. */
    void writeTo(WritableByteChannel channel, DataType type, long count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        int size = type.sizeInBytes();
        for (long first = 0; first < count; first += BUFFER_BYTES / size) {
            int elements = (int) Math.min(BUFFER_BYTES / size, count - first);
            for (int i = 0; i < elements; i++) {
                type.write(bytes, i * size, at(first + i));
            }
            channel.write(bytes.clear().limit(elements * size));
        }
    }

    private static long mixed(long bits) {
        long first = (bits ^ (bits >>> 30)) * 0xBF58476D1CE4E5B9L;
        long second = (first ^ (first >>> 27)) * 0x94D049BB133111EBL;
        return second ^ (second >>> 31);
    }
}
