package org.paretopress.jobs.cluster;

import java.util.ArrayList;
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
 * Scores candidates on groups of sequences on an executor: here an assignment becomes a loss.
 *
 * @param candidates a level name for each layer, in model order
 * @param members numbers of the sequences of each group
 * @param firstPrediction the first prediction of a sequence that counts
 * @param divergence how to compare with the dense model, or null where that is not asked for
 */
record ScoringTask(
        ExecutorModel.Source source,
        String text,
        Broadcast<int[]> tokens,
        int sequenceLength,
        String[][] candidates,
        int[][] members,
        int firstPrediction,
        Divergence divergence)
        implements Function<int[], double[]> {

    /** Numbers returned for each candidate on each sequence: summed KL and summed negative log-likelihood. */
    static final int NUMBERS = 2;

    /**
     * Scores one shard.
     *
     * @param shard encoded pieces, see {@link Shards}
     * @return piece by piece, sequence by sequence, candidate by candidate: KL, NLL; at the end the block forwards done
     */
    @Override
    public double[] call(int[] shard) {
        ExecutorModel model = ExecutorModel.of(source);
        return model.withScorer(sequenceLength, scorer -> score(Shards.decode(shard), model, scorer));
    }

    private double[] score(List<Shards.Piece> pieces, ExecutorModel model, SequenceScorer scorer) {
        List<Loss> losses = new ArrayList<>();
        long blocks = 0;
        int[] scored = {};
        CandidateTrie trie = null;
        List<LayerWeights> weights = List.of();
        for (Shards.Piece piece : pieces) {
            if (trie == null || !Arrays.equals(scored, piece.candidates())) {
                scored = piece.candidates();
                List<String[]> levels =
                        Arrays.stream(scored).mapToObj(c -> candidates[c]).toList();
                trie = CandidateTrie.of(levels, model.config());
                weights = levels.stream().map(model::candidate).toList();
            }
            int[] group = members[piece.group()];
            SequenceScorer.Teacher teacher =
                    (s, user) -> model.lendDensePrediction(text, group[s], text(group[s]), divergence, scorer, user);
            Loss[][] bySequence =
                    scorer.score(text(group), trie, weights, divergence == null ? null : teacher, firstPrediction);
            Arrays.stream(bySequence).flatMap(Arrays::stream).forEach(losses::add);
            blocks += (long) trie.blocks() * group.length;
        }
        double[] results = new double[NUMBERS * losses.size() + 1];
        for (int i = 0; i < losses.size(); i++) {
            results[NUMBERS * i] = losses.get(i).kl();
            results[NUMBERS * i + 1] = losses.get(i).nll();
        }
        results[NUMBERS * losses.size()] = blocks;
        return results;
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
