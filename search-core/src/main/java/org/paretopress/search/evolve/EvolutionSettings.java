package org.paretopress.search.evolve;

import java.util.List;
import org.paretopress.search.fitness.PairedComparison;

/**
 * The knobs of EvoPress (Sieberling et al., ICML 2025, Algorithm 1 and Section 3).
 *
 * @param generations at least 1
 * @param offspring bred from the parent in each generation (λ), at least 1
 * @param stages at least one; survivors never grow from stage to stage, start at no more than the offspring and end
 *     at 1
 * @param seed of all random draws
 * @param acceptance when an offspring takes its parent's place
 */
public record EvolutionSettings(int generations, int offspring, List<Stage> stages, long seed, Acceptance acceptance) {

    /** As published. */
    public EvolutionSettings(int generations, int offspring, List<Stage> stages, long seed) {
        this(generations, offspring, stages, seed, Acceptance.MINIBATCH);
    }

    /** @throws IllegalArgumentException if a rule above is broken */
    public EvolutionSettings {
        stages = List.copyOf(stages);
        if (generations < 1 || offspring < 1 || stages.isEmpty()) {
            throw new IllegalArgumentException("The search has " + generations + " generations, " + offspring
                    + " offspring and " + stages.size() + " stages.\nMaybe give at least one of each.");
        }
        requireNarrowing(offspring, stages);
    }

    /** Index of the stage that chooses the next parent. */
    int lastStage() {
        return stages.size() - 1;
    }

    /**
     * Of the comparison by which an offspring takes a place on evidence. It is the best of many on text that the comparison is
     * made on too, so 95 % are asked of all offspring of the search together (Bonferroni): one that is no better than what it
     * replaces does so in at most one search of forty.
     */
    double confidence() {
        return 1 - (1 - PairedComparison.CONFIDENCE) / ((double) offspring * generations);
    }

    /** What a generation scores: all offspring in the first stage, what survives in the others, the parent in the last. */
    public long tokensOfGeneration() {
        long tokens = stages.get(lastStage()).tokens();
        long candidates = offspring;
        for (Stage stage : stages) {
            tokens += candidates * stage.tokens();
            candidates = stage.survivors();
        }
        return tokens;
    }

    private static void requireNarrowing(int offspring, List<Stage> stages) {
        int available = offspring;
        for (int index = 0; index < stages.size(); index++) {
            int survivors = stages.get(index).survivors();
            if (survivors > available) {
                throw new IllegalArgumentException(
                        "Stage " + (index + 1) + " keeps " + survivors + " survivors of "
                                + available + (index == 0 ? " offspring" : " candidates that the stage before keeps")
                                + ".\nMaybe lower the survivors of search.stages, from many to one, or raise search.offspring.");
            }
            available = survivors;
        }
        if (available != 1) {
            throw new IllegalArgumentException("The last stage keeps " + available
                    + " survivors.\nMaybe set its survivors to 1: it chooses the next parent.");
        }
    }
}
