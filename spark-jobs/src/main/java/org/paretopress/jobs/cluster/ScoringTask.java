package org.paretopress.jobs.cluster;

import java.util.Arrays;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import org.paretopress.kernels.forward.LayerWeights;
import org.paretopress.kernels.forward.Loss;
import org.paretopress.kernels.forward.SequenceScorer;

/**
 * Scores a rectangle of candidates × sequences on an executor: here an assignment becomes a loss.
 *
 * @param candidates a level name for each layer, in model order
 * @param sequences numbers of the sequences of the text
 * @param firstPrediction the first prediction of a sequence that counts
 * @param divergence whether to compare with the dense model
 */
record ScoringTask(
        ExecutorModel.Source source,
        String text,
        Broadcast<int[]> tokens,
        int sequenceLength,
        String[][] candidates,
        int[] sequences,
        int firstPrediction,
        boolean divergence)
        implements Function<int[], double[]> {

    /** Numbers returned for each candidate on each sequence: summed KL and summed negative log-likelihood. */
    static final int NUMBERS = 2;

    /**
     * Scores one shard.
     *
     * @param shard {first candidate, end of candidates, first sequence, end of sequences}, see {@link Shards}
     * @return sequence by sequence, candidate by candidate: KL, NLL
     */
    @Override
    public double[] call(int[] shard) {
        ExecutorModel model = ExecutorModel.of(source);
        return model.withScorer(sequenceLength, scorer -> score(shard, model, scorer));
    }

    private double[] score(int[] shard, ExecutorModel model, SequenceScorer scorer) {
        double[] losses = new double[NUMBERS * (shard[1] - shard[0]) * (shard[3] - shard[2])];
        int next = 0;
        for (int s = shard[2]; s < shard[3]; s++) {
            int[] sequence = sequence(sequences[s]);
            for (int c = shard[0]; c < shard[1]; c++) {
                LayerWeights weights = model.candidate(candidates[c]);
                Loss loss = divergence
                        ? model.withDensePrediction(
                                text,
                                sequences[s],
                                sequence,
                                dense -> scorer.score(sequence, weights, dense, firstPrediction))
                        : scorer.score(sequence, weights, null, firstPrediction);
                losses[next++] = loss.kl();
                losses[next++] = loss.nll();
            }
        }
        return losses;
    }

    private int[] sequence(int number) {
        return Arrays.copyOfRange(tokens.value(), number * sequenceLength, (number + 1) * sequenceLength);
    }
}
