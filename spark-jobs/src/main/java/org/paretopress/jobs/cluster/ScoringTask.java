package org.paretopress.jobs.cluster;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import org.paretopress.kernels.forward.CandidateTrie;
import org.paretopress.kernels.forward.LayerWeights;
import org.paretopress.kernels.forward.Loss;
import org.paretopress.kernels.forward.SequenceScorer;
import org.paretopress.kernels.ops.Divergence;

/**
 * Scores a rectangle of candidates × sequences on an executor: here an assignment becomes a loss.
 *
 * @param candidates a level name for each layer, in model order
 * @param sequences numbers of the sequences of the text
 * @param firstPrediction the first prediction of a sequence that counts
 * @param divergence how to compare with the dense model, or null where that is not asked for
 */
record ScoringTask(
        ExecutorModel.Source source,
        String text,
        Broadcast<int[]> tokens,
        int sequenceLength,
        String[][] candidates,
        int[] sequences,
        int firstPrediction,
        Divergence divergence)
        implements Function<int[], double[]> {

    /** Numbers returned for each candidate on each sequence: summed KL and summed negative log-likelihood. */
    static final int NUMBERS = 2;

    /**
     * Scores one shard.
     *
     * @param shard {first candidate, end of candidates, first group, end of groups}, see {@link Shards}
     * @return sequence by sequence, candidate by candidate: KL, NLL; at the end the block forwards done and saved
     */
    @Override
    public double[] call(int[] shard) {
        ExecutorModel model = ExecutorModel.of(source);
        return model.withScorer(sequenceLength, scorer -> score(shard, model, scorer));
    }

    private double[] score(int[] shard, ExecutorModel model, SequenceScorer scorer) {
        List<String[]> levels = Arrays.asList(candidates).subList(shard[0], shard[1]);
        CandidateTrie trie = CandidateTrie.of(levels, model.config());
        List<LayerWeights> weights = levels.stream().map(model::candidate).toList();
        int together = SequenceScorer.together(sequenceLength);
        int first = Math.min(sequences.length, shard[2] * together);
        int end = Math.min(sequences.length, shard[3] * together);
        double[] results = new double[NUMBERS * levels.size() * (end - first) + 2];
        int next = 0;
        for (int s = first; s < end; s += together) {
            int[] group = Arrays.copyOfRange(sequences, s, Math.min(s + together, end));
            for (Loss[] ofSequence : score(group, trie, weights, model, scorer)) {
                for (Loss loss : ofSequence) {
                    results[next++] = loss.kl();
                    results[next++] = loss.nll();
                }
            }
        }
        results[next++] = (double) trie.blocks() * (end - first);
        results[next] = ((double) levels.size() * model.config().blocks() - trie.blocks()) * (end - first);
        return results;
    }

    private Loss[][] score(
            int[] group, CandidateTrie trie, List<LayerWeights> weights, ExecutorModel model, SequenceScorer scorer) {
        SequenceScorer.Teacher teacher =
                (s, user) -> model.lendDensePrediction(text, group[s], text(group[s]), divergence, scorer, user);
        return scorer.score(text(group), trie, weights, divergence == null ? null : teacher, firstPrediction);
    }

    /** The tokens of sequences, one after the other. */
    private int[] text(int... numbers) {
        int[] ids = new int[numbers.length * sequenceLength];
        for (int i = 0; i < numbers.length; i++) {
            System.arraycopy(tokens.value(), numbers[i] * sequenceLength, ids, i * sequenceLength, sequenceLength);
        }
        return ids;
    }
}
