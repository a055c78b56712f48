package org.paretopress.jobs.levels;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.paretopress.jobs.cluster.ExecutorModel;
import org.paretopress.jobs.cluster.ScoredText;
import org.paretopress.jobs.cluster.TaskProgress;
import org.paretopress.jobs.run.Progress;
import scala.Tuple2;

/**
 * Sums over the sequences of a text that are the same bits on any cluster: the text is cut into a fixed number of chunks,
 * each is one task, and the sums of the chunks are added in their order.
 */
record ChunkSums(JavaSparkContext spark, ExecutorModel.Source source, ScoredText text, Progress progress) {

    private static final int CHUNKS = 16;

    /** Sums over some sequences, on an executor. */
    @FunctionalInterface
    interface Sums extends Serializable {

        /** @return sums by name */
        Map<String, double[]> over(ExecutorModel model, List<int[]> sequences);
    }

    /** Takes the sum over the whole text, on an executor. */
    @FunctionalInterface
    interface Sink extends Serializable {

        void write(String name, double[] sum) throws IOException;
    }

    /**
     * Runs the text once.
     *
     * @param step what is done, for people
     * @param names of all sums
     */
    void run(String step, List<String> names, Sums sums, Sink sink) {
        int count = text.sequences().count();
        int chunks = Math.min(CHUNKS, count);
        int length = text.sequences().sequenceLength();
        ExecutorModel.Source model = source;
        Broadcast<int[]> tokens = text.tokens();
        spark.setJobDescription(step + ": " + names.size() + " sums over " + count + " sequences");
        try (TaskProgress ignored = new TaskProgress(spark, progress, step, chunks + names.size())) {
            spark.parallelize(IntStream.range(0, chunks).boxed().toList(), chunks)
                    .flatMapToPair(chunk -> {
                        int from = count * chunk / chunks;
                        int to = count * (chunk + 1) / chunks;
                        List<Tuple2<Integer, double[]>> pairs = new ArrayList<>();
                        sums.over(ExecutorModel.of(model), sequences(tokens.value(), length, from, to))
                                .forEach((name, sum) ->
                                        pairs.add(new Tuple2<>(names.indexOf(name) * CHUNKS + chunk, sum)));
                        return pairs.iterator();
                    })
                    .repartitionAndSortWithinPartitions(new ByName(names.size()))
                    .foreachPartition(parts -> write(parts, names, sink));
        }
    }

    /** A partition holds the sums of one name; their keys order them by chunk. */
    private static final class ByName extends Partitioner {

        private static final long serialVersionUID = 1L;

        private final int names;

        ByName(int names) {
            this.names = names;
        }

        @Override
        public int numPartitions() {
            return names;
        }

        @Override
        public int getPartition(Object key) {
            return (Integer) key / CHUNKS;
        }
    }

    /** Adds one chunk after the other, so that two sums are in memory and the others wait on disk. */
    private static void write(Iterator<Tuple2<Integer, double[]>> parts, List<String> names, Sink sink)
            throws IOException {
        if (!parts.hasNext()) {
            return;
        }
        Tuple2<Integer, double[]> first = parts.next();
        double[] sum = first._2().clone();
        while (parts.hasNext()) {
            double[] part = parts.next()._2();
            for (int i = 0; i < sum.length; i++) {
                sum[i] += part[i];
            }
        }
        sink.write(names.get(first._1() / CHUNKS), sum);
    }

    private static List<int[]> sequences(int[] tokens, int length, int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(s -> Arrays.copyOfRange(tokens, s * length, (s + 1) * length))
                .toList();
    }
}
