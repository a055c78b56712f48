package org.paretopress.jobs.cluster;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.paretopress.kernels.forward.Loss;

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
    private final boolean divergence;

    /** Scores every prediction, against the dense model; {@code work} counts what is evaluated. */
    public SparkScorer(JavaSparkContext spark, ExecutorModel.Source source, ScoredText text, WorkCount work) {
        this(spark, source, text, work, 0, true);
    }

    /**
     * Scores a part of each sequence.
     *
     * @param firstPrediction the first prediction of a sequence that counts; 0 is that of its second token
     * @param divergence whether to compare with the dense model; without it, KL is 0
     */
    public SparkScorer(
            JavaSparkContext spark,
            ExecutorModel.Source source,
            ScoredText text,
            WorkCount work,
            int firstPrediction,
            boolean divergence) {
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
        List<int[]> shards = Shards.cut(candidates.size(), sequences.length, spark.defaultParallelism());
        int length = text.sequences().sequenceLength();
        ScoringTask task = new ScoringTask(
                source,
                text.fingerprint(),
                text.tokens(),
                length,
                candidates.toArray(new String[0][]),
                sequences,
                firstPrediction,
                divergence);
        spark.setJobDescription(description);
        List<double[]> results =
                spark.parallelize(shards, shards.size()).map(task).collect();
        work.add(candidates.size(), (long) sequences.length * length);
        return sum(candidates.size(), sequences.length, length - 1L - firstPrediction, shards, results);
    }

    private static List<Loss> sum(
            int candidates, int sequences, long predictions, List<int[]> shards, List<double[]> results) {
        Loss[][] losses = new Loss[candidates][sequences];
        for (int i = 0; i < shards.size(); i++) {
            int[] shard = shards.get(i);
            int next = 0;
            for (int s = shard[2]; s < shard[3]; s++) {
                for (int c = shard[0]; c < shard[1]; c++) {
                    losses[c][s] = new Loss(results.get(i)[next], results.get(i)[next + 1], predictions);
                    next += ScoringTask.NUMBERS;
                }
            }
        }
        List<Loss> sums = new ArrayList<>();
        for (Loss[] bySequence : losses) {
            Loss sum = Loss.NONE;
            for (Loss loss : bySequence) {
                sum = sum.plus(loss);
            }
            sums.add(sum);
        }
        return sums;
    }
}
