package org.paretopress.kernels.ops;

import java.util.Arrays;

/** Picks the largest values of a row, in order. */
final class LargestFirst {

    private static final long INDEX = 0xFFFF_FFFFL;

    private LargestFirst() {}

    /**
     * The places of the {@code top} largest of the first {@code count} values: by falling value, equal ones by rising place.
     *
     * <p>What beats the smallest value known to be dispensable is collected; a full collection is sorted and halved.
     */
    static int[] of(float[] values, int count, int top) {
        long[] kept = new long[2 * top];
        int size = 0;
        long dispensable = Long.MIN_VALUE;
        for (int i = 0; i < count; i++) {
            long key = key(values[i], i);
            if (key > dispensable) {
                kept[size++] = key;
            }
            if (size == kept.length) {
                Arrays.sort(kept);
                dispensable = kept[top - 1];
                System.arraycopy(kept, top, kept, 0, top);
                size = top;
            }
        }
        Arrays.sort(kept, 0, size);
        int[] places = new int[Math.min(top, size)];
        for (int i = 0; i < places.length; i++) {
            places[i] = (int) (~kept[size - 1 - i] & INDEX);
        }
        return places;
    }

    /** Ordered as a long like values, and like falling places among equal values. */
    private static long key(float value, int place) {
        int bits = Float.floatToIntBits(value + 0f); // -0 is 0
        int ordered = bits ^ (bits >> 31 & Integer.MAX_VALUE);
        return (long) ordered << Integer.SIZE | ~place & INDEX;
    }
}
