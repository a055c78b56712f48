package org.paretopress.search.evolve;

import java.util.List;
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
     * @return Spearman correlation of what was predicted before with what the first stage measured; null for fewer than
     *     two offspring
     */
    Double learn(List<Observation> observations) {
        List<Observation> first = observations.stream()
                .takeWhile(one -> one.effort().equals(observations.get(0).effort()))
                .toList();
        Double rank = first.size() < 2
                ? null
                : RankCorrelation.spearman(
                        first.stream()
                                .mapToDouble(one -> predictor.meanLog(one.assignment()))
                                .toArray(),
                        first.stream().mapToDouble(Observation::loss).toArray());
        observations.forEach(one -> predictor.learn(
                one.assignment(),
                one.loss(),
                one.effort().tokens(),
                one.effort().sampleSeed()));
        return rank;
    }
}
