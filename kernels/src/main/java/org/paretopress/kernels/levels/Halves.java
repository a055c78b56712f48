package org.paretopress.kernels.levels;

import java.nio.ByteBuffer;
import org.paretopress.kernels.ggml.Half;

/** Runs of little-endian binary16 numbers within a payload. */
final class Halves {

    private Halves() {}

    static float get(ByteBuffer bytes, int start, long index) {
        return Half.toFloat(bytes.getShort((int) (start + Short.BYTES * index)));
    }

    /**
     * Stores a value rounded to binary16.
     *
     * @param what names the value in an error
     * @throws IllegalArgumentException where it is beyond the range of binary16
     */
    static void put(ByteBuffer bytes, int start, long index, double value, String what) {
        short half = Half.ofDouble(value);
        if (!Float.isFinite(Half.toFloat(half))) {
            throw new IllegalArgumentException(what + " is " + value + ", beyond binary16 (65504).\n"
                    + "Maybe the weights are not those of a trained model.");
        }
        bytes.putShort((int) (start + Short.BYTES * index), half);
    }

    /** Refuses infinities and NaN. */
    static void requireFinite(ByteBuffer bytes, int start, long count, String what) {
        for (long i = 0; i < count; i++) {
            float value = get(bytes, start, i);
            if (!Float.isFinite(value)) {
                throw new IllegalArgumentException(
                        what + " number " + i + " is " + value + ".\nMaybe another program wrote the payload.");
            }
        }
    }
}
