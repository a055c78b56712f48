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
import org.paretopress.search.fitness.Score;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.Budget;
import org.paretopress.search.space.SearchSpace;

/**
 * The multi-step selection of EvoPress (Sieberling et al., ICML 2025, Algorithm 1): many candidates on little text,
 * the survivors on more. Each stage draws its own minibatch, the same for all its candidates.
 *
 * <p>The parent joins in the last stage only and is scored there on that minibatch; as published, an offspring of equal
 * fitness replaces it. With {@link Acceptance#PAIRED} the best offspring, if it is not worse there, has to win a
 * {@link Duel}.
 */
final class StagedSelection {

    private final SearchSpace space;
    private final Budget budget;
    private final EvolutionSettings settings;
    private final CandidateEvaluator evaluator;
    private final Duel duel;

    StagedSelection(SearchSpace space, Budget budget, EvolutionSettings settings, CandidateEvaluator evaluator) {
        this.space = space;
        this.budget = budget;
        this.settings = settings;
        this.evaluator = evaluator;
        int last = settings.lastStage();
        this.duel = new Duel(
                evaluator,
                last + 1,
                settings.stages().get(last).tokens(),
                Draws.seed(settings.seed(), budget.sizeInBytes()),
                settings.confidence());
    }

    /**
     * @param best what becomes the parent
     * @param reached the fitness of each candidate in the last stage it was scored in; of these the best's is the
     *     smallest
     * @param stages the stages that had candidates
     * @param observations every score, in the order of the stages
     */
    record Outcome(
            Assignment best,
            Map<Assignment, Fitness> reached,
            List<StageOutcome> stages,
            List<Assistance.Observation> observations) {

        Fitness fitness() {
            return reached.get(best);
        }
    }

    /** The parent a search begins with, scored like any parent. */
    Outcome first(Assignment parent) {
        if (settings.acceptance() == Acceptance.MINIBATCH) {
            return select(List.of(), Optional.of(parent), 0);
        }
        StageOutcome scored = duel.score(parent, 0);
        Fitness fitness = fitness(parent, scored.stage(), scored.losses().get(0));
        return new Outcome(parent, Map.of(parent, fitness), List.of(scored), List.of());
    }

    /** Repeated offspring, and offspring like the parent, are scored once. Without offspring the parent stays. */
    Outcome select(List<Assignment> offspring, Optional<Assignment> parent, int generation) {
        LinkedHashSet<Assignment> distinct = new LinkedHashSet<>(offspring);
        parent.ifPresent(distinct::remove);
        List<Assignment> candidates = new ArrayList<>(distinct);
        Map<Assignment, Fitness> reached = new LinkedHashMap<>();
        List<StageOutcome> stages = new ArrayList<>();
        List<Assistance.Observation> observations = new ArrayList<>();
        for (int stage = 0; stage <= settings.lastStage(); stage++) {
            if (stage == settings.lastStage()) {
                parent.ifPresent(candidates::add);
            }
            if (!candidates.isEmpty()) {
                Effort effort = effort(generation, stage);
                List<Score> scores = score(candidates, effort);
                stages.add(StageOutcome.of(effort, scores));
                for (int index = 0; index < scores.size(); index++) {
                    Assignment candidate = candidates.get(index);
                    double loss = scores.get(index).loss();
                    reached.put(candidate, fitness(candidate, stage, loss));
                    observations.add(new Assistance.Observation(candidate, loss, effort));
                }
                candidates = survivors(candidates, reached, settings.stages().get(stage));
            }
        }
        return parent.isPresent() && settings.acceptance() == Acceptance.PAIRED
                ? challenged(candidates.get(0), parent.get(), reached, stages, observations, generation)
                : new Outcome(candidates.get(0), reached, stages, observations);
    }

    /** The winner's fitness is that on the text of duels, which count as a stage of their own. */
    private Outcome challenged(
            Assignment challenger,
            Assignment parent,
            Map<Assignment, Fitness> reached,
            List<StageOutcome> stages,
            List<Assistance.Observation> observations,
            int generation) {
        Assignment best = parent;
        if (!challenger.equals(parent)) {
            Duel.Outcome fought = duel.fight(challenger, parent, generation);
            stages.addAll(fought.rounds());
            observations.add(new Assistance.Observation(challenger, fought.challengerLoss(), fought.effort()));
            observations.add(new Assistance.Observation(parent, fought.championLoss(), fought.effort()));
            best = fought.won() ? challenger : parent;
        }
        StageOutcome scored = duel.score(best, generation);
        if (scored.tokensEvaluated() > 0) {
            stages.add(scored);
        }
        reached.put(best, fitness(best, scored.stage(), scored.losses().get(0)));
        return new Outcome(best, reached, stages, observations);
    }

    Effort effort(int generation, int stage) {
        long sampleSeed = Draws.seed(settings.seed(), budget.sizeInBytes(), generation, stage);
        return new Effort(generation, stage, settings.stages().get(stage).tokens(), sampleSeed);
    }

    private Fitness fitness(Assignment assignment, int stage, double loss) {
        return new Fitness(stage, loss, space.sizeInBytes(assignment));
    }

    private List<Score> score(List<Assignment> candidates, Effort effort) {
        List<Score> scores = evaluator.evaluate(List.copyOf(candidates), effort);
        if (scores.size() != candidates.size()) {
            throw new IllegalStateException("The evaluator returned " + scores.size() + " scores for "
                    + candidates.size() + " candidates in " + effort + ".\nMaybe a task was lost or ran twice.");
        }
        return scores;
    }

    /** Best first; of equal ones the earlier, so the parent, which joins last, yields. */
    private static List<Assignment> survivors(
            List<Assignment> candidates, Map<Assignment, Fitness> reached, Stage stage) {
        List<Assignment> ranked = new ArrayList<>(candidates);
        ranked.sort(Comparator.comparing(reached::get));
        return new ArrayList<>(ranked.subList(0, Math.min(stage.survivors(), ranked.size())));
    }
}
