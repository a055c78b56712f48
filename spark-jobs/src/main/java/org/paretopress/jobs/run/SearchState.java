package org.paretopress.jobs.run;

import java.util.List;

/**
 * The contents of {@code checkpoint.json}: how far each budget's search has come, for people and programs that watch. A
 * resumed run does not need it: all random draws are functions of the seed and of counters, so it runs again over the
 * losses that {@code evaluations} kept, and stands where it stopped.
 *
 * @param formatVersion {@value #VERSION} in this release
 * @param budgets those that have begun, in order
 */
public record SearchState(int formatVersion, List<AtBudget> budgets) {

    public static final int VERSION = 4;

    public SearchState {
        budgets = List.copyOf(budgets);
    }

    public SearchState(List<AtBudget> budgets) {
        this(VERSION, budgets);
    }

    /**
     * One budget's search after a generation.
     *
     * @param best the parent, or a front from the smallest
     * @param loss of the parent, or of the knee of the front, in the unit of the fitness
     * @param tokensEvaluated by this budget's search so far
     * @param evaluations likewise
     */
    public record AtBudget(
            long budgetInBytes, int generation, List<Best> best, double loss, long tokensEvaluated, long evaluations) {}

    /**
     * One of the best.
     *
     * @param levels in the text form of level indices
     * @param loss in the unit of the fitness, on the text that it was last scored on
     */
    public record Best(String levels, long sizeInBytes, double loss) {}
}
