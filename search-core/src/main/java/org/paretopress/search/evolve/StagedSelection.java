package org.paretopress.search.evolve;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.paretopress.search.fitness.CandidateEvaluator;
import org.paretopress.search.fitness.Draws;
import org.paretopress.search.fitness.Effort;
import org.paretopress.search.fitness.Fitness;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.Budget;

/**
 * The multi-step selection of EvoPress (Sieberling et al., ICML 2025, Algorithm 1): many candidates on little text,
 * the survivors on more. Each stage draws its own minibatch, the same for all its candidates. The parent joins in the
 * last stage only and is scored there on that minibatch; an offspring of equal fitness replaces it.
 */
final class StagedSelection {

    private final EvolutionSettings settings;
    private final Budget budget;
    private final CandidateEvaluator evaluator;

    StagedSelection(EvolutionSettings settings, Budget budget, CandidateEvaluator evaluator) {
        this.settings = settings;
        this.budget = budget;
        this.evaluator = evaluator;
    }

    /**
     * @param best what becomes the parent
     * @param reached the fitness of each candidate in the last stage it was scored in
     * @param stages the stages that had candidates
     */
    record Outcome(Assignment best, Map<Assignment, Fitness> reached, List<StageOutcome> stages) {

        Fitness fitness() {
            return reached.get(best);
        }
    }

    /** Repeated offspring, and offspring like the parent, are scored once. Without offspring the parent stays. */
    Outcome select(List<Assignment> offspring, Optional<Assignment> parent, int generation) {
        LinkedHashSet<Assignment> distinct = new LinkedHashSet<>(offspring);
        parent.ifPresent(distinct::remove);
        List<Assignment> candidates = new ArrayList<>(distinct);
        Map<Assignment, Fitness> reached = new LinkedHashMap<>();
        List<StageOutcome> stages = new ArrayList<>();
        for (int stage = 0; stage <= settings.lastStage(); stage++) {
            if (stage == settings.lastStage()) {
                parent.ifPresent(candidates::add);
            }
            if (!candidates.isEmpty()) {
                Effort effort = effort(generation, stage);
                List<Fitness> scores = score(candidates, effort);
                stages.add(outcome(effort, scores));
                for (int index = 0; index < scores.size(); index++) {
                    reached.put(candidates.get(index), scores.get(index));
                }
                candidates = survivors(candidates, reached, settings.stages().get(stage));
            }
        }
        return new Outcome(candidates.get(0), reached, stages);
    }

    private Effort effort(int generation, int stage) {
        long sampleSeed = Draws.seed(settings.seed(), budget.sizeInBytes(), generation, stage);
        return new Effort(generation, stage, settings.stages().get(stage).tokens(), sampleSeed);
    }

    private List<Fitness> score(List<Assignment> candidates, Effort effort) {
        List<Fitness> scores = evaluator.evaluate(List.copyOf(candidates), effort);
        if (scores.size() != candidates.size()) {
            throw new IllegalStateException("The evaluator returned " + scores.size() + " scores for "
                    + candidates.size() + " candidates in " + effort + ".\nMaybe a task was lost or ran twice.");
        }
        for (Fitness fitness : scores) {
            if (fitness.stage() != effort.stage()) {
                throw new IllegalStateException("The evaluator returned " + fitness + " for " + effort
                        + ".\nMaybe it returned scores of an earlier stage.");
            }
        }
        return scores;
    }

    private static StageOutcome outcome(Effort effort, List<Fitness> scores) {
        return new StageOutcome(
                effort.stage(),
                effort.tokens(),
                scores.stream().map(Fitness::loss).toList());
    }

    /** Best first; of equal ones the earlier, so the parent, which joins last, yields. */
    private static List<Assignment> survivors(
            List<Assignment> candidates, Map<Assignment, Fitness> reached, Stage stage) {
        List<Assignment> ranked = new ArrayList<>(candidates);
        ranked.sort(Comparator.comparing(reached::get));
        return new ArrayList<>(ranked.subList(0, Math.min(stage.survivors(), ranked.size())));
    }
}
