package org.paretopress.jobs.cluster;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.paretopress.jobs.run.Work;
import org.paretopress.kernels.forward.Loss;
import org.paretopress.kernels.model.ModelConfig;
import org.paretopress.kernels.ops.Divergence;

/**
 * Losses of candidates on a text, computed by the cluster.
 *
 * <p>A task returns the loss of every candidate on every single sequence; the driver adds them up in the order of groups and
 * sequences. So the sums are the same bits however the work was cut, wherever it ran, and whatever was known before.
 */
public final class SparkScorer {

    /** Candidates that travel with one task: their names stay small beside what Spark sends anyway. */
    private static final int AT_ONCE = 512;

    private final JavaSparkContext spark;
    private final ExecutorModel.Source source;
    private final ScoredText text;
    private final WorkCount work;
    private final int firstPrediction;
    private final Divergence divergence;
    private final KnownLosses known;

    /** Scores every prediction, fully against the dense model; {@code work} counts what is evaluated. */
    public SparkScorer(JavaSparkContext spark, ExecutorModel.Source source, ScoredText text, WorkCount work) {
        this(spark, source, text, work, 0, Divergence.FULL, new KnownLosses());
    }

    /**
     * Scores a part of each sequence.
     *
     * @param firstPrediction the first prediction of a sequence that counts; 0 is that of its second token
     * @param divergence how to compare with the dense model; null does not, and KL is 0
     * @param known losses of this text, scored in this way
     */
    public SparkScorer(
            JavaSparkContext spark,
            ExecutorModel.Source source,
            ScoredText text,
            WorkCount work,
            int firstPrediction,
            Divergence divergence,
            KnownLosses known) {
        this.spark = spark;
        this.source = source;
        this.text = text;
        this.work = work;
        this.firstPrediction = firstPrediction;
        this.divergence = divergence;
        this.known = known;
    }

    public ScoredText text() {
        return text;
    }

    /**
     * Scores every candidate on all given groups of sequences; what is known already is not computed again.
     *
     * @param candidates a level name for each layer, in model order
     * @param groups numbers of groups of the text, ascending
     * @return losses in the order of the candidates
     */
    public List<SequenceLosses> score(List<String[]> candidates, int[] groups, String description) {
        List<SequenceLosses> losses = new ArrayList<>();
        for (int first = 0; first < candidates.size(); first += AT_ONCE) {
            int end = Math.min(candidates.size(), first + AT_ONCE);
            losses.addAll(scoreAtOnce(candidates.subList(first, end), groups, description));
        }
        return losses;
    }

    private List<SequenceLosses> scoreAtOnce(List<String[]> candidates, int[] groups, String description) {
        List<String> keys = candidates.stream().map(KnownLosses::key).toList();
        List<List<Shards.Piece>> shards = Shards.cut(missing(candidates, keys, groups), spark.defaultParallelism());
        long blockForwards = shards.isEmpty() ? 0 : compute(candidates, keys, shards, description);

        List<SequenceLosses> losses =
                keys.stream().map(key -> collected(key, groups)).toList();
        long sequences = Arrays.stream(groups)
                .mapToLong(group -> text.members(group).length)
                .sum();
        long blocks = candidates.get(0).length / ModelConfig.PROJECTIONS.size();
        long tokens = losses.stream().mapToLong(SequenceLosses::tokensEvaluated).sum();
        work.add(new Work(
                candidates.size(), tokens, blockForwards, candidates.size() * sequences * blocks - blockForwards));
        return losses;
    }

    /** What has to be computed: each distinct candidate once, those with long common prefixes side by side. */
    private List<Shards.Piece> missing(List<String[]> candidates, List<String> keys, int[] groups) {
        int[] order = IntStream.range(0, candidates.size())
                .filter(c -> keys.indexOf(keys.get(c)) == c)
                .boxed()
                .sorted((a, b) -> Arrays.compare(candidates.get(a), candidates.get(b)))
                .mapToInt(Integer::intValue)
                .toArray();
        return Arrays.stream(groups)
                .mapToObj(group -> new Shards.Piece(
                        group,
                        Arrays.stream(order)
                                .filter(c -> known.of(keys.get(c), group) == null)
                                .toArray()))
                .filter(piece -> piece.candidates().length > 0)
                .toList();
    }

    /** Lets the cluster work; returns the block forwards it took. */
    private long compute(
            List<String[]> candidates, List<String> keys, List<List<Shards.Piece>> shards, String description) {
        int length = text.sequences().sequenceLength();
        int[][] members =
                IntStream.range(0, text.groups()).mapToObj(text::members).toArray(int[][]::new);
        ScoringTask task = new ScoringTask(
                source,
                text.fingerprint(),
                text.tokens(),
                length,
                candidates.toArray(String[][]::new),
                members,
                firstPrediction,
                divergence);
        spark.setJobDescription(description);
        List<int[]> encoded = shards.stream().map(Shards::encode).toList();
        List<double[]> results =
                spark.parallelize(encoded, encoded.size()).map(task).collect();
        List<KnownLosses.Entry> computed = new ArrayList<>();
        long blockForwards = 0;
        for (int i = 0; i < shards.size(); i++) {
            double[] result = results.get(i);
            int next = 0;
            for (Shards.Piece piece : shards.get(i)) {
                int sequences = members[piece.group()].length;
                int count = piece.candidates().length;
                for (int c = 0; c < count; c++) {
                    computed.add(new KnownLosses.Entry(
                            keys.get(piece.candidates()[c]),
                            piece.group(),
                            losses(result, next, c, count, sequences, length - 1L - firstPrediction)));
                }
                next += ScoringTask.NUMBERS * sequences * count;
            }
            blockForwards += (long) result[next];
        }
        known.computed(computed, blockForwards);
        return blockForwards;
    }

    /** Of candidate c of a piece, which begins at an offset and holds sequence by sequence, candidate by candidate. */
    private static List<Loss> losses(
            double[] result, int offset, int c, int candidates, int sequences, long predictions) {
        return IntStream.range(0, sequences)
                .map(sequence -> offset + ScoringTask.NUMBERS * (sequence * candidates + c))
                .mapToObj(at -> new Loss(result[at], result[at + 1], predictions))
                .toList();
    }

    private SequenceLosses collected(String key, int[] groups) {
        List<Loss> losses = new ArrayList<>();
        long tokens = 0;
        for (int group : groups) {
            List<Loss> own = known.of(key, group);
            losses.addAll(own);
            tokens +=
                    known.ask(key, group) ? (long) own.size() * text.sequences().sequenceLength() : 0;
        }
        return new SequenceLosses(losses, tokens);
    }
}
