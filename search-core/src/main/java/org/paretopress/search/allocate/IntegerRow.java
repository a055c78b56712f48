package org.paretopress.search.allocate;

import java.util.Arrays;

/**
 * One sum over the layers as an integer programme counts it: above the least sum, and in units of the greatest common
 * divisor of all differences, so that doubles hold it exactly.
 *
 * @param units [layer][choice], not negative, at least one 0 in each layer
 * @param step what one unit stands for, at least 1
 * @param least the sum that 0 units stand for
 */
record IntegerRow(long[][] units, long step, long least) {

    /** All coefficients together: below this the solver works with them as they are. */
    private static final long MOST_UNITS = 1L << 52;

    /**
     * @param name for the message
     * @param values [layer][choice], not negative
     * @throws IllegalArgumentException if the units add up to more than 2^52
     */
    static IntegerRow of(String name, long[][] values) {
        long least = 0;
        long step = 0;
        long[][] units = new long[values.length][];
        for (int layer = 0; layer < values.length; layer++) {
            long smallest = Arrays.stream(values[layer]).min().orElseThrow();
            least = Math.addExact(least, smallest);
            units[layer] =
                    Arrays.stream(values[layer]).map(value -> value - smallest).toArray();
            step = greatestCommonDivisor(
                    step, Arrays.stream(units[layer]).reduce(0, IntegerRow::greatestCommonDivisor));
        }
        long divisor = Math.max(1, step);
        long sum = 0;
        for (long[] row : units) {
            Arrays.setAll(row, choice -> row[choice] / divisor);
            sum = Math.addExact(sum, Arrays.stream(row).reduce(0, Math::addExact));
        }
        if (sum > MOST_UNITS) {
            throw new IllegalArgumentException("The " + name + " of all levels add up to " + sum + " units of "
                    + divisor + ", more than the solver counts exactly (" + MOST_UNITS
                    + ").\nMaybe measure in larger units.");
        }
        return new IntegerRow(units, divisor, least);
    }

    /** The most units whose sum is at most {@code limit}; negative if none are. */
    long unitsWithin(long limit) {
        return Math.floorDiv(limit - least, step);
    }

    /** The units that no choice exceeds. */
    long mostUnits() {
        return Arrays.stream(units)
                .mapToLong(row -> Arrays.stream(row).max().orElseThrow())
                .sum();
    }

    /** The sum that so many units stand for. */
    long sum(long count) {
        return least + count * step;
    }

    private static long greatestCommonDivisor(long left, long right) {
        return right == 0 ? left : greatestCommonDivisor(right, left % right);
    }
}
