package org.paretopress.search.evolve;

import java.util.ArrayList;
import java.util.List;
import org.paretopress.search.fitness.CandidateEvaluator;
import org.paretopress.search.fitness.Draws;
import org.paretopress.search.fitness.Effort;
import org.paretopress.search.fitness.PairedComparison;
import org.paretopress.search.fitness.Score;
import org.paretopress.search.space.Assignment;

/**
 * Whether a challenger is better than the champion, judged sequence by sequence. Every duel of a search uses the same
 * text in the same order, so that a champion is scored on it once. It begins with little and takes twice as much as long
 * as the challenger is ahead; lost on any part, it is won on the whole text only, so that more evidence is never overruled
 * by less.
 */
final class Duel {

    private static final long DRAW = 0x6475656cL;

    private final CandidateEvaluator evaluator;
    private final int stage;
    private final long sampleSeed;
    private final long tokens;
    private final double confidence;
    private long most;

    /**
     * @param tokens a duel begins with
     * @param stage index of the stage that duels count as
     * @param confidence with which the challenger has to be better on the whole text
     */
    Duel(CandidateEvaluator evaluator, int stage, long tokens, long seed, double confidence) {
        this.evaluator = evaluator;
        this.stage = stage;
        this.tokens = tokens;
        this.most = tokens;
        this.confidence = confidence;
        this.sampleSeed = Draws.seed(seed, DRAW);
    }

    /**
     * What came of a duel.
     *
     * @param challengerLoss in the last round
     * @param championLoss likewise
     * @param effort of the last round
     */
    record Outcome(boolean won, List<StageOutcome> rounds, double challengerLoss, double championLoss, Effort effort) {}

    /** The champion alone, on the most that any duel went to, so that a champion's loss does not vary with the text. */
    StageOutcome score(Assignment champion, int generation) {
        Effort effort = effort(generation, most);
        return StageOutcome.of(effort, evaluator.evaluate(List.of(champion), effort));
    }

    Outcome fight(Assignment challenger, Assignment champion, int generation) {
        List<StageOutcome> rounds = new ArrayList<>();
        int sequences = 0;
        for (long size = tokens; ; size *= 2) {
            most = Math.max(most, size);
            Effort effort = effort(generation, size);
            List<Score> scores = evaluator.evaluate(List.of(challenger, champion), effort);
            PairedComparison comparison = PairedComparison.of(scores.get(0), scores.get(1));
            boolean textIsUsedUp = comparison.sequences() == sequences;
            if (!textIsUsedUp) {
                rounds.add(StageOutcome.of(effort, scores));
            }
            if (textIsUsedUp || !comparison.firstIsAhead()) {
                boolean championIsInfeasible = Double.isInfinite(scores.get(1).loss());
                boolean won = textIsUsedUp && (championIsInfeasible || comparison.firstIsBetter(confidence));
                return new Outcome(
                        won, rounds, scores.get(0).loss(), scores.get(1).loss(), effort);
            }
            sequences = comparison.sequences();
        }
    }

    private Effort effort(int generation, long size) {
        return new Effort(generation, stage, size, sampleSeed);
    }
}
