package org.paretopress.jobs.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * The contents of {@code baselines.json}: for each budget, what simpler strategies reach within the same bytes.
 *
 * @param dense quality of the uncompressed model, for orientation; its size is that of the original file's tensors
 * @param budgets one entry a budget, in the order of the configuration
 * @param front the searched front as a whole; null where searches were at single budgets
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Baselines(FrontPoint dense, List<AtBudget> budgets, WholeFront front) {

    /** Of searches at single budgets. */
    public Baselines(FrontPoint dense, List<AtBudget> budgets) {
        this(dense, budgets, null);
    }

    /**
     * The points of a searched front against the layerwise allocations within the same bytes, on held-out text.
     *
     * @param points from the smallest, those included that something else beats
     * @param hypervolume of the points, in bytes times nats; see {@link org.paretopress.search.front.Hypervolume}
     * @param allocationHypervolume of the allocations, below the same reference
     * @param referenceSizeInBytes of both hypervolumes: above the largest size
     * @param referenceKl likewise: the largest divergence
     * @param better points whose divergence is smaller with 99.7 % confidence, so that among a few dozen hardly one is
     *     better by chance
     * @param worse points whose divergence is larger with 99.7 % confidence
     */
    public record WholeFront(
            List<FrontPoint> points,
            long evaluations,
            long tokensEvaluated,
            double hypervolume,
            double allocationHypervolume,
            long referenceSizeInBytes,
            double referenceKl,
            int better,
            int worse) {

        public WholeFront {
            points = List.copyOf(points);
        }
    }

    /**
     * Points at one budget: those of the searched strategy first, then the baselines.
     *
     * @param comparisons the searched strategy against each baseline
     * @param additivity whether errors of layers add up at this budget; null where it was not measured
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record AtBudget(
            long budgetInBytes, List<Contender> contenders, List<Comparison> comparisons, Additivity additivity) {

        public AtBudget {
            comparisons = comparisons == null ? List.of() : List.copyOf(comparisons);
        }

        /** Points alone. */
        public AtBudget(long budgetInBytes, List<Contender> contenders) {
            this(budgetInBytes, contenders, List.of(), null);
        }
    }

    /**
     * A point and what finding it cost.
     *
     * @param evaluations candidates scored while searching for it (0 where nothing was scored)
     * @param tokensEvaluated tokens run through candidates while searching for it
     */
    public record Contender(FrontPoint point, long evaluations, long tokensEvaluated) {}

    /**
     * The divergence of one point less that of another, sequence by sequence on held-out text.
     *
     * @param meanDifference negative where {@code first} is better
     * @param low lower end of the 95 % interval of the difference
     * @param high upper end
     * @param sequences how many were compared
     */
    public record Comparison(
            String first, String second, double meanDifference, double low, double high, int sequences) {}

    /**
     * How far the sum of the layers' errors foretells the loss of a candidate.
     *
     * @param rankCorrelation Spearman, over random assignments at the budget
     * @param candidates how many were compared
     * @param allocationIsEnough whether the search is not better than the layerwise allocation by more than chance, on
     *     held-out text; null where nothing else was searched
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Additivity(double rankCorrelation, int candidates, Boolean allocationIsEnough) {}
}
