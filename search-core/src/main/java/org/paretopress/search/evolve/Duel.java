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
 * text in the same order, so that a champion is scored on it once; it begins with as much as the champion ever needed,
 * so that more text is never overruled by less, and takes twice as much as long as the outcome is open.
 */
final class Duel {

    /** A better challenger has to be this many standard errors better; one that is not better at all has lost. */
    private static final double STANDARD_ERRORS = 2;

    private static final long DRAW = 0x6475656cL;

    private final CandidateEvaluator evaluator;
    private final int stage;
    private final long sampleSeed;
    private long tokens;

    /**
     * @param tokens of the first duel
     * @param stage index of the stage that duels count as
     */
    Duel(CandidateEvaluator evaluator, int stage, long tokens, long seed) {
        this.evaluator = evaluator;
        this.stage = stage;
        this.tokens = tokens;
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

    /** The champion alone, on the text of the duels so far. */
    Score score(Assignment champion, int generation) {
        return evaluator.evaluate(List.of(champion), effort(generation)).get(0);
    }

    Outcome fight(Assignment challenger, Assignment champion, int generation) {
        List<StageOutcome> rounds = new ArrayList<>();
        int sequences = 0;
        while (true) {
            Effort effort = effort(generation);
            List<Score> scores = evaluator.evaluate(List.of(challenger, champion), effort);
            rounds.add(StageOutcome.of(effort, scores));
            PairedComparison comparison = PairedComparison.of(scores.get(0), scores.get(1));
            boolean won = comparison.firstIsBetter(STANDARD_ERRORS);
            boolean textIsUsedUp = comparison.sequences() == sequences;
            if (won || textIsUsedUp || !comparison.firstIsBetter(0)) {
                tokens = textIsUsedUp ? tokens / 2 : tokens;
                return new Outcome(
                        won, rounds, scores.get(0).loss(), scores.get(1).loss(), effort);
            }
            sequences = comparison.sequences();
            tokens *= 2;
        }
    }

    private Effort effort(int generation) {
        return new Effort(generation, stage, tokens, sampleSeed);
    }
}
