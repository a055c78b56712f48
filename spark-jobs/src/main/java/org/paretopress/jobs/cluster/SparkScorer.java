package org.paretopress.jobs.cluster;

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

    private final JavaSparkContext spark;
    private final ExecutorModel.Source source;
    private final ScoredText text;
    private final WorkCount work;
    private final int firstPrediction;
    private final Divergence divergence;
    private final KnownLosses known = new KnownLosses();

    /** Scores every prediction, fully against the dense model; {@code work} counts what is evaluated. */
    public SparkScorer(JavaSparkContext spark, ExecutorModel.Source source, ScoredText text, WorkCount work) {
        this(spark, source, text, work, 0, Divergence.FULL);
    }

    /**
     * Scores a part of each sequence.
     *
     * @param firstPrediction the first prediction of a sequence that counts; 0 is that of its second token
     * @param divergence how to compare with the dense model; null does not, and KL is 0
     */
    public SparkScorer(
            JavaSparkContext spark,
            ExecutorModel.Source source,
            ScoredText text,
            WorkCount work,
            int firstPrediction,
            Divergence divergence) {
        this.spark = spark;
        this.source = source;
        this.text = text;
        this.work = work;
        this.firstPrediction = firstPrediction;
        this.divergence = divergence;
    }

    public ScoredText text() {
        return text;
    }

    /**
     * Scores every candidate on all given groups of sequences; what is known already is not computed again.
     *
     * @param candidates a level name for each layer, in model order
     * @param groups numbers of groups of the text, ascending
     * @return summed losses, in the order of the candidates
     */
    public List<Loss> score(List<String[]> candidates, int[] groups, String description) {
        if (candidates.isEmpty()) {
            return List.of();
        }
        List<Loss[][]> losses = candidates.stream()
                .map(levels -> known.of(levels, text.groups()))
                .toList();
        List<List<Shards.Piece>> shards = Shards.cut(missing(candidates, losses, groups), spark.defaultParallelism());
        long blockForwards = compute(candidates, losses, shards, description);

        long sequences = 0;
        for (int group : groups) {
            sequences += text.members(group).length;
        }
        long all = candidates.size() * sequences;
        long blocks = candidates.get(0).length / ModelConfig.PROJECTIONS.size();
        int length = text.sequences().sequenceLength();
        work.add(new Work(candidates.size(), all * length, blockForwards, all * blocks - blockForwards));
        return losses.stream().map(byGroup -> sum(byGroup, groups)).toList();
    }

    /** What has to be computed: each distinct candidate once, those with long common prefixes side by side. */
    private static List<Shards.Piece> missing(List<String[]> candidates, List<Loss[][]> losses, int[] groups) {
        int[] order = IntStream.range(0, candidates.size())
                .boxed()
                .sorted((a, b) -> Arrays.compare(candidates.get(a), candidates.get(b)))
                .mapToInt(Integer::intValue)
                .toArray();
        return Arrays.stream(groups)
                .mapToObj(group -> new Shards.Piece(
                        group,
                        Arrays.stream(order)
                                .filter(c -> losses.get(c)[group] == null && losses.indexOf(losses.get(c)) == c)
                                .toArray()))
                .filter(piece -> piece.candidates().length > 0)
                .toList();
    }

    /** Fills the losses in; returns the block forwards it took. */
    private long compute(
            List<String[]> candidates, List<Loss[][]> losses, List<List<Shards.Piece>> shards, String description) {
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
        List<double[]> results = encoded.isEmpty()
                ? List.of()
                : spark.parallelize(encoded, encoded.size()).map(task).collect();
        long blockForwards = 0;
        for (int i = 0; i < shards.size(); i++) {
            double[] result = results.get(i);
            int next = 0;
            for (Shards.Piece piece : shards.get(i)) {
                for (int c : piece.candidates()) {
                    losses.get(c)[piece.group()] = new Loss[members[piece.group()].length];
                }
                for (int s = 0; s < members[piece.group()].length; s++) {
                    for (int c : piece.candidates()) {
                        losses.get(c)[piece.group()][s] =
                                new Loss(result[next++], result[next++], length - 1L - firstPrediction);
                    }
                }
            }
            blockForwards += (long) result[next];
        }
        return blockForwards;
    }

    private static Loss sum(Loss[][] byGroup, int[] groups) {
        Loss sum = Loss.NONE;
        for (int group : groups) {
            for (Loss loss : byGroup[group]) {
                sum = sum.plus(loss);
            }
        }
        return sum;
    }
}
