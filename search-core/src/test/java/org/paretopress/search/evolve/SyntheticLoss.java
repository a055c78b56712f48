package org.paretopress.search.evolve;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.paretopress.search.fitness.CandidateEvaluator;
import org.paretopress.search.fitness.Effort;
import org.paretopress.search.fitness.Score;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.SearchSpace;

/**
 * Errors of layers that add up, plus products of neighbours; falls with every raise. A text has at most
 * {@value #SEQUENCES} sequences of {@value #LENGTH} tokens. Each sequence has noise of its own for each candidate, the same
 * whenever they meet.
 */
final class SyntheticLoss implements CandidateEvaluator {

    private static final int SEQUENCES = 64;
    private static final int LENGTH = 25;

    private final SearchSpace space;
    private final double[] sensitivity;
    private final double noise;

    SyntheticLoss(SearchSpace space, long seed, double noise) {
        this.space = space;
        this.sensitivity = new SplittableRandom(seed)
                .doubles(space.layers().size(), 0.1, 2)
                .toArray();
        this.noise = noise;
    }

    double loss(Assignment assignment) {
        double loss = 0;
        for (int layer = 0; layer < assignment.size(); layer++) {
            double error = error(assignment, layer);
            loss += error + (layer > 0 ? 2 * error * error(assignment, layer - 1) : 0);
        }
        return loss;
    }

    private double error(Assignment assignment, int layer) {
        return error(layer, assignment.level(layer));
    }

    private double error(int layer, int level) {
        return sensitivity[layer] * Math.pow(4, -level);
    }

    /** [layer][level]: the errors that add up, each off by a random factor between one over the given and it. */
    double[][] table(double factor, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[][] table = new double[sensitivity.length][];
        for (int layer = 0; layer < table.length; layer++) {
            table[layer] = new double[space.layers().get(layer).levels().size()];
            for (int level = 0; level < table[layer].length; level++) {
                table[layer][level] = error(layer, level) * Math.pow(factor, 2 * random.nextDouble() - 1);
            }
        }
        return table;
    }

    Score score(Assignment assignment, Effort effort) {
        SplittableRandom luck = new SplittableRandom(effort.sampleSeed() + assignment.hashCode());
        double loss = loss(assignment);
        double[] losses = new double[(int) Math.min(SEQUENCES, effort.tokens() / LENGTH)];
        Arrays.setAll(losses, sequence -> loss * (1 + noise * (luck.nextDouble() - 0.5)));
        return new Score(losses, effort.tokens());
    }

    @Override
    public List<Score> evaluate(List<Assignment> candidates, Effort effort) {
        return candidates.stream().map(one -> score(one, effort)).toList();
    }

    /** The same scores, computed in parallel and from the last to the first. */
    CandidateEvaluator scattered() {
        return (candidates, effort) -> {
            Score[] scores = new Score[candidates.size()];
            IntStream.range(0, scores.length).parallel().forEach(index -> {
                int reversed = scores.length - 1 - index;
                scores[reversed] = score(candidates.get(reversed), effort);
            });
            return List.of(scores);
        };
    }
}
