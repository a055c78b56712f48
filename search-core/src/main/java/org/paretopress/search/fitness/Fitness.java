package org.paretopress.search.fitness;

import java.util.Comparator;

/**
 * What is known of a candidate; <em>smaller is better</em>. A candidate that reached a later stage comes before one
 * that was dropped earlier, whatever their losses, because these were measured on different text; then the lower loss
 * counts (NaN is the worst), then the smaller size.
 *
 * @param stage index of the last stage the candidate was scored in, from 0
 * @param loss lower is better; in the unit of the quality metric
 * @param sizeInBytes bytes of the compressed model
 */
public record Fitness(int stage, double loss, long sizeInBytes) implements Comparable<Fitness> {

    private static final Comparator<Fitness> BEST_FIRST = Comparator.comparingInt(Fitness::stage)
            .reversed()
            .thenComparingDouble(Fitness::loss)
            .thenComparingLong(Fitness::sizeInBytes);

    @Override
    public int compareTo(Fitness other) {
        return BEST_FIRST.compare(this, other);
    }
}
