package org.paretopress.jobs.cluster;

import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.paretopress.jobs.InputException;
import org.paretopress.kernels.cuda.CudaException;
import org.paretopress.kernels.forward.CandidateTrie;
import org.paretopress.kernels.forward.LayerWeights;
import org.paretopress.kernels.forward.Loss;
import org.paretopress.kernels.forward.SequenceScorer;
import org.paretopress.kernels.levels.CorruptLevelException;
import org.paretopress.kernels.model.MalformedModelException;
import org.paretopress.kernels.ops.Divergence;
import org.slf4j.LoggerFactory;
import scala.Tuple2;

/**
 * Scores candidates on groups of sequences on an executor: here an assignment becomes a loss.
 *
 * @param groups how the text is cut into groups of sequences
 * @param firstPrediction the first prediction of a sequence that counts
 * @param divergence how to compare with the dense model, or null where that is not asked for
 * @param lastAttempt number of the attempt at which Spark would end the job if it failed too; such an attempt gives up
 * @param counters told with what the executor computed and how well its caches serve
 */
record ScoringTask(
        ExecutorModel.Source source,
        String text,
        Broadcast<int[]> tokens,
        int sequenceLength,
        CandidateLevels candidates,
        ScoredText.Groups groups,
        int firstPrediction,
        Divergence divergence,
        int lastAttempt,
        ExecutorCounters counters)
        implements Function<int[], Tuple2<double[], String[]>>, Serializable {

    /** Numbers returned for each candidate on each sequence: summed KL and summed negative log-likelihood. */
    static final int NUMBERS = 2;

    /** Exit code of an executor whose GPU fails. */
    private static final int GPU_FAILED = 71;

    /**
     * Scores one shard.
     *
     * @param shard encoded pieces, see {@link Shards}
     * @return numbers: piece by piece, candidate by candidate, sequence by sequence: KL, NLL, and NaN for what could not be
     *     scored; at the end the block forwards done. Reasons: piece by piece, candidate by candidate, empty for what was
     *     scored. Both are empty where the task gave up because its executors died; numbers alone where the reason is one
     *     that is no candidate's fault
     */
    @Override
    public Tuple2<double[], String[]> apply(int[] shard) {
        int attempt = TaskContext.get().attemptNumber();
        if (attempt >= lastAttempt) {
            return new Tuple2<>(new double[0], new String[0]);
        }
        try {
            ExecutorModel model = ExecutorModel.of(source);
            Tuple2<double[], String[]> result = model.withScorer(
                    sequenceLength, groups.together(), scorer -> new Pass(model, scorer).score(Shards.decode(shard)));
            model.count(counters);
            return result;
        } catch (InputException | MalformedModelException | CorruptLevelException e) {
            return new Tuple2<>(new double[0], new String[] {e.getMessage()});
        } catch (CudaException e) {
            if (e.isOutOfMemory()) {
                throw e;
            }
            // No other call of this process can use the GPU, a new one may: Spark starts an executor in its place.
            LoggerFactory.getLogger(ScoringTask.class).error("This executor ends: its GPU fails.", e);
            Runtime.getRuntime().halt(GPU_FAILED);
            throw e;
        } catch (UncheckedIOException e) {
            if (attempt < lastAttempt - 1) {
                throw e; // another executor may reach what this one does not
            }
            return new Tuple2<>(new double[0], new String[] {e.getMessage()});
        }
    }

    /** The same for one other candidate. */
    ScoringTask with(String[] candidate) {
        return new ScoringTask(
                source,
                text,
                tokens,
                sequenceLength,
                CandidateLevels.of(List.<String[]>of(candidate)),
                groups,
                firstPrediction,
                divergence,
                lastAttempt,
                counters);
    }

    /** The work of one task with what it holds. */
    private final class Pass {
        private final ExecutorModel model;
        private final SequenceScorer scorer;
        private final List<Double> numbers = new ArrayList<>();
        private final List<String> reasons = new ArrayList<>();
        private int[] prepared = {};
        private CandidateTrie trie;
        private List<LayerWeights> weights;
        private long blocks;

        Pass(ExecutorModel model, SequenceScorer scorer) {
            this.model = model;
            this.scorer = scorer;
        }

        Tuple2<double[], String[]> score(List<Shards.Piece> pieces) {
            Shards.lots(pieces, groups, scorer.groups()).forEach(this::scoreLot);
            numbers.add((double) blocks);
            return new Tuple2<>(
                    numbers.stream().mapToDouble(Double::doubleValue).toArray(), reasons.toArray(String[]::new));
        }

        private void scoreLot(List<Shards.Piece> lot) {
            int[] some = lot.get(0).candidates();
            Isolation.Outcome ofAll = outcome(some, lot);
            int[] givenUp = ofAll.givenUp();
            int first = 0;
            for (Shards.Piece piece : lot) {
                int size = groups.size(piece.group());
                Isolation.Outcome own = ofAll.on(first, first + size);
                if (lot.size() > 1 && givenUp.length > 0) { // for what may be the fault of another group
                    int[] again = Arrays.stream(givenUp).map(c -> some[c]).toArray();
                    own.replace(givenUp, outcome(again, List.of(piece)));
                }
                add(own, size);
                first += size;
            }
        }

        /** What comes of candidates on the sequences of some pieces, which go through at once. */
        private Isolation.Outcome outcome(int[] some, List<Shards.Piece> lot) {
            int[] sequences = lot.stream()
                    .flatMapToInt(piece -> Arrays.stream(groups.members(piece.group())))
                    .toArray();
            int[] ids = text(sequences);
            return Isolation.score(some, part -> score(part, sequences, ids));
        }

        private void add(Isolation.Outcome outcome, int sequences) {
            for (int c = 0; c < outcome.reasons().length; c++) {
                String reason = outcome.reasons()[c];
                reasons.add(reason == null ? "" : reason);
                for (int s = 0; s < sequences; s++) {
                    numbers.add(reason == null ? outcome.losses()[c][s].kl() : Double.NaN);
                    numbers.add(reason == null ? outcome.losses()[c][s].nll() : Double.NaN);
                }
            }
        }

        /** Losses by sequence and candidate. */
        private Loss[][] score(int[] some, int[] sequences, int[] ids) {
            if (!Arrays.equals(prepared, some)) {
                List<String[]> levels =
                        Arrays.stream(some).mapToObj(candidates::of).toList();
                trie = CandidateTrie.of(levels, model.config());
                weights = levels.stream().map(model::candidate).toList();
                prepared = some;
            }
            SequenceScorer.Teacher teacher = (s, user) ->
                    model.lendDensePrediction(text, sequences[s], text(sequences[s]), divergence, scorer, user);
            Loss[][] bySequence =
                    scorer.score(ids, trie, weights, divergence == null ? null : teacher, firstPrediction);
            blocks += (long) trie.blocks() * sequences.length;
            return bySequence;
        }
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
