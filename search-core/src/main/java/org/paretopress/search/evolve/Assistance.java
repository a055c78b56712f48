package org.paretopress.search.evolve;

import java.util.List;
import java.util.function.ToDoubleFunction;
import org.paretopress.search.fitness.Effort;
import org.paretopress.search.predict.LossPredictor;
import org.paretopress.search.predict.RankCorrelation;
import org.paretopress.search.space.Assignment;

/** A predictor at the side of one search: it chooses the offspring that are scored, and learns from their scores. */
final class Assistance {

    /** How many are bred for each offspring that is scored. */
    static final int LITTER = 32;

    /** Of two predicted alike, the less certain is worth more: standard deviations that count in its favour. */
    private static final double OPTIMISM = 1;

    private final LossPredictor predictor;

    Assistance(LossPredictor predictor) {
        this.predictor = predictor;
    }

    /** For each assignment the logarithm of the least loss that can be hoped for. */
    List<Double> promise(List<Assignment> bred) {
        return bred.stream()
                .map(predictor::predict)
                .map(prediction -> prediction.meanLog() - OPTIMISM * prediction.deviation())
                .toList();
    }

    /** A loss and what it was measured on. */
    record Observation(Assignment assignment, double loss, Effort effort) {}

    /**
     * Learns the losses of a generation.
     *
     * @param observations those of the first stage first
     * @param expected logarithm of the loss that is expected of an assignment of this size anyway; 0 where all have one size
     * @return Spearman correlation, beyond what is expected, of what was predicted before with what the first stage measured;
     *     null where fewer than two offspring had a loss, or all have the same
     */
    Double learn(List<Observation> observations, ToDoubleFunction<Assignment> expected) {
        List<Observation> first = observations.stream()
                .takeWhile(one -> one.effort().equals(observations.get(0).effort()))
                .filter(one -> Double.isFinite(one.loss()) && one.loss() > 0)
                .toList();
        double rank = first.size() < 2
                ? Double.NaN
                : RankCorrelation.spearman(
                        first.stream()
                                .map(Observation::assignment)
                                .mapToDouble(one -> predictor.meanLog(one) - expected.applyAsDouble(one))
                                .toArray(),
                        first.stream()
                                .mapToDouble(one -> Math.log(one.loss()) - expected.applyAsDouble(one.assignment()))
                                .toArray());
        observations.forEach(one -> predictor.learn(
                one.assignment(),
                one.loss(),
                one.effort().tokens(),
                one.effort().sampleSeed()));
        return Double.isNaN(rank) ? null : rank;
    }
}
