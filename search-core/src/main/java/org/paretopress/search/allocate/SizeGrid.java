package org.paretopress.search.allocate;

import java.util.Arrays;
import org.paretopress.search.space.Layer;
import org.paretopress.search.space.Level;
import org.paretopress.search.space.SearchSpace;

/**
 * Sizes as whole numbers of one unit, counted from the smallest level of each layer, for the dynamic programme.
 * Where the unit is the greatest common divisor of all sizes the grid is exact; a coarser unit rounds every size up,
 * so that what fits on the grid fits in bytes.
 */
final class SizeGrid {

    /** So many comparisons of a level in a cell, half a second's, are few enough that exactness is worth them. */
    private static final long EXACT_COMPARISONS = 1L << 28;

    private final long[][] extraBytes;
    private final int[][] units;
    private final int capacity;
    private final boolean exact;
    private final long unit;

    /**
     * @param slackInBytes bytes to spend above the smallest assignment, not negative
     * @param buckets bound on the number of units where an exact table would be too large
     */
    SizeGrid(SearchSpace space, long slackInBytes, int buckets) {
        this.extraBytes = space.layers().stream().map(SizeGrid::extraBytes).toArray(long[][]::new);
        long range = space.largestSizeInBytes() - space.smallestSizeInBytes();
        long slack = Math.min(slackInBytes, range);
        long divisor = Math.max(1, greatestCommonDivisor());
        long exactCapacity = slack / divisor;
        long levels = Arrays.stream(extraBytes).mapToLong(layer -> layer.length).sum();
        this.exact = exactCapacity <= buckets || exactCapacity < EXACT_COMPARISONS / levels;
        this.unit = exact ? divisor : roundedUp(slack, buckets);
        this.units = Arrays.stream(extraBytes)
                .map(layer -> Arrays.stream(layer)
                        .mapToInt(bytes -> Math.toIntExact(Math.min(slack / unit + 1, roundedUp(bytes, unit))))
                        .toArray())
                .toArray(int[][]::new);
        this.capacity = Math.toIntExact(slack < range ? slack / unit : unitsOfLargest());
    }

    /** Whether no size was rounded. */
    boolean exact() {
        return exact;
    }

    /** The most units there are to spend. */
    int capacity() {
        return capacity;
    }

    /** The units that fit so many bytes above the smallest assignment. */
    int within(long slackInBytes) {
        return (int) Math.min(capacity, slackInBytes / unit);
    }

    int layers() {
        return units.length;
    }

    /** Units of each level of a layer, non-decreasing from 0; above the capacity only that it is above. */
    int[] units(int layer) {
        return units[layer];
    }

    /** Bytes of each level of a layer beyond its smallest level. */
    long[] extraBytes(int layer) {
        return extraBytes[layer];
    }

    /** Without a bound the largest levels must have a place, rounding included. */
    private long unitsOfLargest() {
        return Arrays.stream(units).mapToLong(layer -> layer[layer.length - 1]).sum();
    }

    private long greatestCommonDivisor() {
        long divisor = 0;
        for (long[] layer : extraBytes) {
            for (long bytes : layer) {
                divisor = greatestCommonDivisor(divisor, bytes);
            }
        }
        return divisor;
    }

    private static long greatestCommonDivisor(long left, long right) {
        return right == 0 ? left : greatestCommonDivisor(right, left % right);
    }

    private static long roundedUp(long dividend, long divisor) {
        return dividend / divisor + (dividend % divisor == 0 ? 0 : 1);
    }

    private static long[] extraBytes(Layer layer) {
        long smallest = layer.levels().get(0).sizeInBytes();
        return layer.levels().stream()
                .mapToLong(Level::sizeInBytes)
                .map(bytes -> bytes - smallest)
                .toArray();
    }
}
