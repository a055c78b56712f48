package org.paretopress.jobs.cluster;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.paretopress.kernels.forward.Loss;
import org.paretopress.search.fitness.CandidateEvaluator;
import org.paretopress.search.fitness.Draws;
import org.paretopress.search.fitness.Effort;
import org.paretopress.search.fitness.Score;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.SearchSpace;

/** The search's evaluator on Spark: level indices go out as level names, losses come back as scores. */
public final class SparkCandidateEvaluator implements CandidateEvaluator {

    private final SparkScorer scorer;
    private final SearchSpace space;
    private final ToDoubleFunction<Loss> measure;

    /** @param measure what is minimised, on a sequence; its mean over sequences is the loss of a candidate */
    public SparkCandidateEvaluator(SparkScorer scorer, SearchSpace space, ToDoubleFunction<Loss> measure) {
        this.scorer = scorer;
        this.space = space;
        this.measure = measure;
    }

    @Override
    public List<Score> evaluate(List<Assignment> candidates, Effort effort) {
        List<String[]> levels = candidates.stream().map(this::levels).toList();
        String description = "generation " + effort.generation() + ", stage " + (effort.stage() + 1);
        return scorer.score(levels, sample(effort), description).stream()
                .map(losses -> losses.score(measure))
                .toList();
    }

    private String[] levels(Assignment assignment) {
        return space.levelNames(assignment).values().toArray(new String[0]);
    }

    /** Distinct groups of sequences drawn by the effort's seed alone, ascending. */
    int[] sample(Effort effort) {
        ScoredText text = scorer.text();
        int available = text.groups().count();
        long groupTokens = (long) text.groups().together() * text.sequences().sequenceLength();
        int wanted = (int) Math.max(1, Math.min(available, effort.tokens() / groupTokens));
        int[] numbers = text.groups().all();
        SplittableRandom random = Draws.random(effort.sampleSeed());
        for (int i = 0; i < wanted; i++) {
            int other = random.nextInt(i, available);
            int swapped = numbers[i];
            numbers[i] = numbers[other];
            numbers[other] = swapped;
        }
        return IntStream.of(numbers).limit(wanted).sorted().toArray();
    }
}
