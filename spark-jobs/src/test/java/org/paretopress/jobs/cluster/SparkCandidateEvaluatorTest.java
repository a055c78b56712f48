package org.paretopress.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.paretopress.kernels.forward.Loss;
import org.paretopress.kernels.text.TokenSequences;
import org.paretopress.search.fitness.Effort;

/** Minibatches: distinct sequences, all equally likely, decided by the sample seed alone. */
class SparkCandidateEvaluatorTest {

    private static final int AVAILABLE = 16;
    private static final int LENGTH = 8;

    private final SparkCandidateEvaluator evaluator = new SparkCandidateEvaluator(
            new SparkScorer(null, null, text(), new WorkCount(told -> {})), null, Loss::meanKl);

    private static ScoredText text() {
        return new ScoredText(
                "text",
                new TokenSequences(LENGTH, new int[AVAILABLE * LENGTH]),
                null,
                new ScoredText.Groups(AVAILABLE, 1));
    }

    @Test
    void sequencesAreDistinctAndAscending() {
        for (int seed = 0; seed < 500; seed++) {
            int[] sample = sample(5 * LENGTH, seed);
            assertThat(sample).hasSize(5).doesNotHaveDuplicates().isSorted();
            assertThat(sample[0]).isNotNegative();
            assertThat(sample[4]).isLessThan(AVAILABLE);
        }
    }

    @Test
    void theSeedAloneDecides() {
        int[] first = evaluator.sample(new Effort(1, 0, 40, 99));
        assertThat(evaluator.sample(new Effort(7, 2, 40, 99))).isEqualTo(first);
        assertThat(Arrays.stream(new long[] {1, 2, 3, 4}).mapToObj(seed -> sample(40, seed)))
                .anySatisfy(other -> assertThat(other).isNotEqualTo(first));
    }

    /** So that a longer duel, or a later stage of a front, scores the rest only. */
    @Test
    void theTextOfLessIsAPartOfThatOfMore() {
        for (long seed = 0; seed < 20; seed++) {
            int[] less = sample(3 * LENGTH, seed);
            int[] more = sample(7 * LENGTH, seed);
            assertThat(more).hasSize(7).contains(less);
        }
    }

    @Test
    void thereIsAtLeastOneSequenceAndAtMostAll() {
        assertThat(sample(1, 0)).hasSize(1);
        assertThat(sample(2 * LENGTH - 1, 0)).hasSize(1);
        assertThat(sample(1_000_000, 0)).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    }

    @Test
    void sequencesThatGoTogetherAreDrawnTogether() {
        ScoredText pairs = new ScoredText(
                "text",
                new TokenSequences(LENGTH, new int[AVAILABLE * LENGTH]),
                null,
                new ScoredText.Groups(AVAILABLE, 2));
        SparkCandidateEvaluator ofPairs = new SparkCandidateEvaluator(
                new SparkScorer(null, null, pairs, new WorkCount(told -> {})), null, Loss::meanKl);
        int[] groups = ofPairs.sample(new Effort(1, 0, 4 * LENGTH, 5));
        assertThat(groups).hasSize(2).doesNotHaveDuplicates().isSorted();
        assertThat(groups[1]).isLessThan(AVAILABLE / 2);
    }

    /** Chi-square over 4,000 fixed seeds; 15 degrees of freedom exceed 37.7 once in a thousand. */
    @Test
    void everySequenceIsEquallyLikely() {
        int draws = 4000;
        int[] counts = new int[AVAILABLE];
        for (int seed = 0; seed < draws; seed++) {
            Arrays.stream(sample(4 * LENGTH, seed)).forEach(sequence -> counts[sequence]++);
        }
        double expected = draws * 4.0 / AVAILABLE;
        double chiSquare = Arrays.stream(counts)
                .mapToDouble(count -> (count - expected) * (count - expected) / expected)
                .sum();
        assertThat(chiSquare).isLessThan(37.7);
    }

    private int[] sample(long tokens, long seed) {
        return evaluator.sample(new Effort(1, 0, tokens, seed));
    }
}
