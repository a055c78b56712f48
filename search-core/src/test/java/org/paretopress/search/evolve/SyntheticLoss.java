package org.paretopress.search.evolve;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.paretopress.search.fitness.CandidateEvaluator;
import org.paretopress.search.fitness.Effort;
import org.paretopress.search.fitness.Score;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.SearchSpace;

/** Errors of layers that add up, plus products of neighbours; falls with every raise. Noise depends on the effort. */
final class SyntheticLoss implements CandidateEvaluator {

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
        return sensitivity[layer] * Math.pow(4, -assignment.level(layer));
    }

    Score score(Assignment assignment, Effort effort) {
        double luck = new SplittableRandom(effort.sampleSeed() + assignment.hashCode()).nextDouble() - 0.5;
        double loss = loss(assignment) * (1 + noise * luck);
        return new Score(new double[] {loss, loss}, effort.tokens());
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
