package org.paretopress.jobs.run;

import java.util.List;

/**
 * The contents of {@code baselines.json}: for each budget, what simpler strategies reach within the same bytes.
 *
 * @param dense quality of the uncompressed model, for orientation; its size is that of the original file's tensors
 * @param budgets one entry a budget, in the order of the configuration
 */
public record Baselines(FrontPoint dense, List<AtBudget> budgets) {

    /** Points at one budget: those of the searched strategy first, then the baselines. */
    public record AtBudget(long budgetInBytes, List<Contender> contenders) {}

    /**
     * A point and what finding it cost.
     *
     * @param evaluations candidates scored while searching for it (0 where nothing was scored)
     * @param tokensEvaluated tokens run through candidates while searching for it
     */
    public record Contender(FrontPoint point, long evaluations, long tokensEvaluated) {}
}
