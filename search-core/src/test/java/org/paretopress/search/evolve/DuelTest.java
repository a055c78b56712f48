package org.paretopress.search.evolve;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.paretopress.search.fitness.CandidateEvaluator;
import org.paretopress.search.fitness.Score;
import org.paretopress.search.space.Assignment;

/** Duels over a text of 64 sequences of 10 tokens. */
class DuelTest {

    private static final Assignment CHAMPION = Assignment.of(0);
    private static final Assignment CHALLENGER = Assignment.of(1);

    private final List<Long> asked = new ArrayList<>();

    /** Sequences are hard or easy for both; the challenger is better by a mean, with noise of its own. */
    private CandidateEvaluator text(double gain, double noise, long seed) {
        return (candidates, effort) -> {
            asked.add(effort.tokens());
            int sequences = (int) Math.min(64, effort.tokens() / 10);
            return candidates.stream()
                    .map(one -> {
                        SplittableRandom hardness = new SplittableRandom(7);
                        SplittableRandom own = new SplittableRandom(seed + one.level(0));
                        double[] losses = new double[sequences];
                        for (int sequence = 0; sequence < sequences; sequence++) {
                            losses[sequence] = 10 * hardness.nextDouble()
                                    + noise * (own.nextDouble() - 0.5)
                                    - (one.equals(CHALLENGER) ? gain : 0);
                        }
                        return new Score(losses, 0);
                    })
                    .toList();
        };
    }

    private boolean won(double gain, double noise, long seed) {
        return new Duel(text(gain, noise, seed), 3, 80, 1, 0.95)
                .fight(CHALLENGER, CHAMPION, 1)
                .won();
    }

    @Test
    void whoIsClearlyBetterWinsOnTheWholeText() {
        assertThat(won(0.1, 0.2, 1)).isTrue();
        assertThat(asked).containsExactly(80L, 160L, 320L, 640L, 1280L);
    }

    @Test
    void whoIsBehindLosesAtOnce() {
        assertThat(won(-0.1, 0.2, 1)).isFalse();
        assertThat(asked).containsExactly(80L);
    }

    @Test
    void whoIsAheadByLuckRarelyWins() {
        int wins = 0;
        int better = 0;
        for (int seed = 0; seed < 2000; seed += 2) {
            wins += won(0, 1, seed) ? 1 : 0;
            better += won(0.25, 1, seed) ? 1 : 0;
        }
        assertThat(wins).isLessThan(30); // 25 of 1,000 by the confidence, were no duel lost on less text
        assertThat(better).isGreaterThan(900); // five standard errors at the end, two at the beginning
    }

    /** Otherwise the loss of one champion would seem to change from generation to generation. */
    @Test
    void aChampionIsScoredOnTheMostThatAnyDuelWentTo() {
        Duel duel = new Duel(text(0.1, 0.2, 1), 3, 80, 1, 0.95);
        assertThat(duel.score(CHAMPION, 0).tokens()).isEqualTo(80);
        duel.fight(CHALLENGER, CHAMPION, 1);
        double onAllText = duel.score(CHALLENGER, 1).losses().get(0);
        assertThat(duel.score(CHALLENGER, 1).tokens()).isEqualTo(1280);
        duel.fight(CHAMPION, CHALLENGER, 2);
        assertThat(duel.score(CHALLENGER, 2).losses()).containsExactly(onAllText);
    }

    /** One sequence has no standard error. */
    @Test
    void aDuelMayBeginWithASingleSequence() {
        assertThat(new Duel(text(0.1, 0.05, 1), 3, 10, 1, 0.95)
                        .fight(CHALLENGER, CHAMPION, 1)
                        .won())
                .isTrue();
    }

    @Test
    void anEqualOneDoesNotReplace() {
        assertThat(won(0, 0, 1)).isFalse();
    }
}
