package org.paretopress.jobs.levels;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.paretopress.jobs.cluster.ExecutorModel;
import org.paretopress.jobs.cluster.ScoredText;
import org.paretopress.jobs.cluster.TaskDevice;
import org.paretopress.jobs.cluster.TaskProgress;
import org.paretopress.jobs.run.Progress;
import scala.Tuple2;

/**
 * Sums over the sequences of a text that are the same bits on any cluster: the text is cut into a fixed number of chunks,
 * each is one task, and the sums of the chunks are added in their order.
 */
record ChunkSums(JavaSparkContext spark, ExecutorModel.Source source, ScoredText text, Progress progress) {

    private static final int CHUNKS = 16;

    /**
     * Numbers that travel together: sums are cut into slices, so that Spark can put down what does not fit in memory. Slices
     * of half a heap region (of a megabyte or more) and above would waste the rest of it.
     */
    private static final int SLICE = 1 << 14;

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
            JavaPairRDD<Long, double[]> slices = TaskDevice.onCpu(
                            spark,
                            spark.parallelize(IntStream.range(0, chunks).boxed().toList(), chunks))
                    .flatMapToPair(chunk -> {
                        int from = count * chunk / chunks;
                        int to = count * (chunk + 1) / chunks;
                        Map<String, double[]> own =
                                sums.over(ExecutorModel.of(model), sequences(tokens.value(), length, from, to));
                        return own.entrySet().stream()
                                .flatMap(sum -> slices(names.indexOf(sum.getKey()), chunk, sum.getValue()))
                                .iterator();
                    })
                    .repartitionAndSortWithinPartitions(new ByName(names.size()));
            TaskDevice.onCpu(spark, JavaRDD.fromRDD(slices.rdd(), slices.classTag()))
                    .foreachPartition(parts -> write(parts, names, sink));
        }
    }

    /** Slices of a sum, by keys that order them by name, place and chunk. */
    private static Stream<Tuple2<Long, double[]>> slices(int name, int chunk, double[] sum) {
        return IntStream.rangeClosed(0, (sum.length - 1) / SLICE)
                .mapToObj(slice -> new Tuple2<>(
                        ((long) name << 32 | slice) * CHUNKS + chunk,
                        Arrays.copyOfRange(sum, slice * SLICE, Math.min(sum.length, (slice + 1) * SLICE))));
    }

    private static int name(long key) {
        return (int) (key / CHUNKS >> 32);
    }

    /** A partition for each name. */
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
            return name((Long) key);
        }
    }

    /** Adds one slice of a chunk after the other. */
    private static void write(Iterator<Tuple2<Long, double[]>> slices, List<String> names, Sink sink)
            throws IOException {
        List<double[]> sums = new ArrayList<>();
        long place = -1;
        int name = -1;
        while (slices.hasNext()) {
            Tuple2<Long, double[]> next = slices.next();
            name = name(next._1());
            if (next._1() / CHUNKS == place) {
                add(next._2(), sums.get(sums.size() - 1));
            } else {
                place = next._1() / CHUNKS;
                sums.add(next._2().clone());
            }
        }
        if (name >= 0) {
            sink.write(names.get(name), joined(sums));
        }
    }

    private static void add(double[] part, double[] sum) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += part[i];
        }
    }

    private static double[] joined(List<double[]> slices) {
        double[] whole =
                new double[slices.stream().mapToInt(slice -> slice.length).sum()];
        int next = 0;
        for (double[] slice : slices) {
            System.arraycopy(slice, 0, whole, next, slice.length);
            next += slice.length;
        }
        return whole;
    }

    private static List<int[]> sequences(int[] tokens, int length, int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(s -> Arrays.copyOfRange(tokens, s * length, (s + 1) * length))
                .toList();
    }
}
