package org.paretopress.jobs.cluster;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.paretopress.jobs.cluster.WorkCount.Work;
import org.paretopress.kernels.forward.Loss;
import org.paretopress.kernels.forward.SequenceScorer;
import org.paretopress.kernels.ops.Divergence;

/**
 * Losses of candidates on sequences of a text, computed by the cluster.
 *
 * <p>A task returns the loss of every candidate on every single sequence; the driver adds them up in the order of the
 * sequences. So the sums are the same bits however the work was cut and wherever it ran.
 */
public final class SparkScorer {

    private final JavaSparkContext spark;
    private final ExecutorModel.Source source;
    private final ScoredText text;
    private final WorkCount work;
    private final int firstPrediction;
    private final Divergence divergence;

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
     * Scores every candidate on all given sequences.
     *
     * @param candidates a level name for each layer, in model order
     * @param sequences numbers of sequences of the text, ascending
     * @return summed losses, in the order of the candidates
     */
    public List<Loss> score(List<String[]> candidates, int[] sequences, String description) {
        int[] order = byLevels(candidates);
        String[][] ordered = Arrays.stream(order).mapToObj(candidates::get).toArray(String[][]::new);
        int length = text.sequences().sequenceLength();
        int together = SequenceScorer.together(length);
        int groups = (sequences.length + together - 1) / together;
        List<int[]> shards = Shards.cut(candidates.size(), groups, spark.defaultParallelism());
        ScoringTask task = new ScoringTask(
                source, text.fingerprint(), text.tokens(), length, ordered, sequences, firstPrediction, divergence);
        spark.setJobDescription(description);
        List<double[]> results =
                spark.parallelize(shards, shards.size()).map(task).collect();
        Loss[][] losses = new Loss[candidates.size()][sequences.length];
        for (int i = 0; i < shards.size(); i++) {
            double[] result = results.get(i);
            int next = 0;
            for (int s = shards.get(i)[2] * together; next < result.length - 2; s++) {
                for (int c = shards.get(i)[0]; c < shards.get(i)[1]; c++) {
                    losses[order[c]][s] = new Loss(result[next++], result[next++], length - 1L - firstPrediction);
                }
            }
            work.add(new Work(0, 0, (long) result[next], (long) result[next + 1]));
        }
        work.add(new Work(candidates.size(), (long) candidates.size() * sequences.length * length, 0, 0));
        return Arrays.stream(losses).map(SparkScorer::sum).toList();
    }

    /** Numbers of the candidates such that those with long common prefixes are neighbours, and end up in one task. */
    private static int[] byLevels(List<String[]> candidates) {
        return IntStream.range(0, candidates.size())
                .boxed()
                .sorted((a, b) -> Arrays.compare(candidates.get(a), candidates.get(b)))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    private static Loss sum(Loss[] bySequence) {
        Loss sum = Loss.NONE;
        for (Loss loss : bySequence) {
            sum = sum.plus(loss);
        }
        return sum;
    }
}
