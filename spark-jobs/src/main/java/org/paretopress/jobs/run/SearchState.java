package org.paretopress.jobs.run;

import java.util.List;

/**
 * The contents of {@code checkpoint.json}: how far each budget's search has come. All random draws are functions of the
 * seed and of counters, so this is all that a resumed run needs.
 *
 * @param formatVersion {@value #VERSION} in this release
 * @param budgets those that have begun, in order
 */
public record SearchState(int formatVersion, List<AtBudget> budgets) {

    public static final int VERSION = 2;

    public SearchState {
        if (formatVersion != VERSION) {
            throw new IllegalArgumentException("The checkpoint has format version " + formatVersion
                    + ", this program reads " + VERSION + ".\nMaybe another version of Paretopress wrote it.");
        }
        budgets = List.copyOf(budgets);
    }

    public SearchState(List<AtBudget> budgets) {
        this(VERSION, budgets);
    }

    /**
     * One budget's search after a generation.
     *
     * @param parent the parent assignment in the text form of level indices
     * @param stage of the parent's fitness, likewise loss and size
     * @param work done by this budget's search
     */
    public record AtBudget(
            long budgetInBytes, int generation, String parent, int stage, double loss, long sizeInBytes, Work work) {}
}
