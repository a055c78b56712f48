package org.paretopress.search.space;

import java.util.Locale;
import java.util.stream.IntStream;

/**
 * The most bytes a compressed model may have, fixed bytes included.
 *
 * @param sizeInBytes not negative
 */
public record Budget(long sizeInBytes) {

    /** Rounding of a weighted mean; an asked average this near an end of the interval is that end. */
    private static final double BITS_TOLERANCE = 1e-9;

    public Budget {
        if (sizeInBytes < 0) {
            throw new IllegalArgumentException(
                    "A budget is " + sizeInBytes + " bytes.\nMaybe a unit such as GB overflowed.");
        }
    }

    /** @throws UnreachableBudgetException if smaller than the smallest or larger than the largest assignment */
    public static Budget ofBytes(SearchSpace space, long sizeInBytes) {
        return reachable(space, sizeInBytes, sizeInBytes + " bytes");
    }

    /**
     * The size of a model of this many nominal bits per weight. Each layer counts with its size interpolated linearly
     * between its levels of the nearest bits, and the sum is rounded down: where all layers offer {@code averageBits}
     * it is exactly the size of that uniform assignment. A layer that cannot go as low (or high) counts with its own
     * bound, and the others make up for it, so that the mean is the asked one.
     *
     * @throws UnreachableBudgetException if the levels cannot reach the average
     */
    public static Budget ofAverageBits(SearchSpace space, double averageBits) {
        double low = space.parameterMean(Budget::fewestBits);
        double high = space.parameterMean(Budget::mostBits);
        if (!(averageBits >= low - BITS_TOLERANCE && averageBits <= high + BITS_TOLERANCE)) {
            throw unreachable(space, averageBits + " average bits");
        }
        double common = commonBits(space, averageBits);
        double size = space.fixedSizeInBytes();
        for (Layer layer : space.layers()) {
            size += sizeAt(layer, common);
        }
        return new Budget((long) Math.floor(size));
    }

    /**
     * A share of the uncompressed size, rounded down.
     *
     * @param denseSizeInBytes bytes of the original model, counted as {@link SearchSpace#sizeInBytes} counts
     * @throws UnreachableBudgetException if the share lies outside the reachable sizes
     */
    public static Budget ofRatio(SearchSpace space, double ratio, long denseSizeInBytes) {
        String asked = "ratio " + ratio + " of " + denseSizeInBytes + " bytes";
        if (!(ratio > 0) || Double.isInfinite(ratio)) {
            throw unreachable(space, asked);
        }
        long sizeInBytes = (long) Math.floor(ratio * denseSizeInBytes);
        return reachable(space, sizeInBytes, asked + " (" + sizeInBytes + " bytes)");
    }

    /** @throws UnreachableBudgetException if even the smallest assignment is larger than this budget */
    public void requireFits(SearchSpace space) {
        if (sizeInBytes < space.smallestSizeInBytes()) {
            throw unreachable(space, sizeInBytes + " bytes");
        }
    }

    /** Whether more fits than the smallest level of every layer. */
    public boolean leavesChoice(SearchSpace space) {
        Assignment smallest = Assignment.uniform(space.layers().size(), 0);
        long slack = sizeInBytes - space.smallestSizeInBytes();
        return IntStream.range(0, smallest.size())
                .anyMatch(layer -> space.raiseInBytes(smallest, layer).orElse(Long.MAX_VALUE) <= slack);
    }

    private static Budget reachable(SearchSpace space, long sizeInBytes, String asked) {
        if (sizeInBytes < space.smallestSizeInBytes() || sizeInBytes > space.largestSizeInBytes()) {
            throw unreachable(space, asked);
        }
        return new Budget(sizeInBytes);
    }

    private static UnreachableBudgetException unreachable(SearchSpace space, String asked) {
        return new UnreachableBudgetException(String.format(
                Locale.ROOT,
                "The budget of %s is out of reach: the levels of the %d layers reach %d to %d bytes (%s to %s average"
                        + " bits), of which %d bytes are fixed.\n"
                        + "Maybe ask for a budget in this interval, or offer smaller or larger levels.",
                asked,
                space.layers().size(),
                space.smallestSizeInBytes(),
                space.largestSizeInBytes(),
                space.parameterMean(Budget::fewestBits),
                space.parameterMean(Budget::mostBits),
                space.fixedSizeInBytes()));
    }

    /** The bits b for which the layers, each held within its own range, average {@code averageBits}. */
    private static double commonBits(SearchSpace space, double averageBits) {
        if (space.layers().stream().allMatch(layer -> within(layer, averageBits) == averageBits)) {
            return averageBits;
        }
        double low =
                space.layers().stream().mapToDouble(Budget::fewestBits).min().orElseThrow();
        double high =
                space.layers().stream().mapToDouble(Budget::mostBits).max().orElseThrow();
        for (double middle = (low + high) / 2; middle > low && middle < high; middle = (low + high) / 2) {
            double tried = middle;
            if (space.parameterMean(layer -> within(layer, tried)) < averageBits) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return high;
    }

    private static double within(Layer layer, double bits) {
        return Math.max(fewestBits(layer), Math.min(mostBits(layer), bits));
    }

    /** Bytes at these bits, linear between the nearest levels; of levels with equal bits the smaller one counts. */
    private static double sizeAt(Layer layer, double bits) {
        Level below = null;
        Level above = null;
        double clamped = within(layer, bits);
        for (Level level : layer.levels()) {
            if (level.bits() <= clamped && (below == null || level.bits() > below.bits())) {
                below = level;
            }
            if (level.bits() >= clamped && (above == null || level.bits() < above.bits())) {
                above = level;
            }
        }
        if (below.bits() == above.bits()) {
            return below.sizeInBytes();
        }
        double share = (clamped - below.bits()) / (above.bits() - below.bits());
        return below.sizeInBytes() + share * (above.sizeInBytes() - below.sizeInBytes());
    }

    private static double fewestBits(Layer layer) {
        return layer.levels().stream().mapToDouble(Level::bits).min().orElseThrow();
    }

    private static double mostBits(Layer layer) {
        return layer.levels().stream().mapToDouble(Level::bits).max().orElseThrow();
    }
}
