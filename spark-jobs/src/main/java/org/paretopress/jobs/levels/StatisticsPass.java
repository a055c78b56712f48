package org.paretopress.jobs.levels;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.paretopress.jobs.cluster.ExecutorModel;
import org.paretopress.jobs.cluster.ScoredText;
import org.paretopress.jobs.cluster.TaskProgress;
import org.paretopress.jobs.run.Progress;
import org.paretopress.jobs.storage.Storage;
import org.paretopress.kernels.compress.CalibrationStatistics;
import org.paretopress.kernels.compress.StatisticsFile;
import org.paretopress.kernels.forward.InputStatistics;
import org.paretopress.kernels.model.ModelConfig;
import scala.Tuple2;

/**
 * Collects Σ x·xᵀ of every layer's input over the calibration text.
 *
 * <p>The text is cut into a fixed number of chunks, whatever the cluster; each is one task, and the sums of the chunks are
 * added in their order. So the statistics are the same bits on any cluster. Blocks are taken in waves, so that a task
 * holds a bounded number of sums; each wave runs the text once.
 */
final class StatisticsPass {

    private static final int CHUNKS = 16;
    private static final long BYTES_A_TASK = 1L << 30;

    private final JavaSparkContext spark;
    private final ExecutorModel.Source source;
    private final ScoredText text;
    private final String folder;

    /** @param folder where one file an input is written */
    StatisticsPass(JavaSparkContext spark, ExecutorModel.Source source, ScoredText text, Path folder) {
        this.spark = spark;
        this.source = source;
        this.text = text;
        this.folder = folder.toString();
    }

    /** Where the statistics of a layer's input are. */
    static Path file(String folder, String layer) {
        return new Path(folder, ModelConfig.inputOf(layer) + ".statistics");
    }

    static CalibrationStatistics read(Storage storage, String folder, String layer) {
        Path file = file(folder, layer);
        try {
            return StatisticsFile.read(file.toString(), new ByteArrayInputStream(storage.read(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes what is missing of the inputs of the given layers. */
    void run(ModelConfig config, Storage storage, Set<String> layers, Progress progress) {
        Set<String> missing = new TreeSet<>();
        for (String layer : layers) {
            if (!storage.exists(file(folder, layer))) {
                missing.add(ModelConfig.inputOf(layer));
            }
        }
        for (List<String> wave : waves(config, missing)) {
            run(wave, progress);
        }
    }

    private void run(List<String> inputs, Progress progress) {
        int chunks = Math.min(CHUNKS, text.sequences().count());
        ExecutorModel.Source model = source;
        Broadcast<int[]> tokens = text.tokens();
        int length = text.sequences().sequenceLength();
        int sequences = text.sequences().count();
        String target = folder;
        spark.setJobDescription("calibration statistics of " + inputs.size() + " layer inputs");
        try (TaskProgress ignored = new TaskProgress(spark, progress, "calibrate", chunks + inputs.size())) {
            spark.parallelize(IntStream.range(0, chunks).boxed().toList(), chunks)
                    .flatMapToPair(chunk -> sums(model, tokens, length, sequences, chunk, chunks, inputs))
                    .groupByKey(inputs.size())
                    .foreach(input -> write(target, inputs.get(input._1()), input._2(), (long) sequences * length));
        }
    }

    /** The sums of one chunk: (number of the input, (chunk, Σ x·xᵀ)). */
    private static Iterator<Tuple2<Integer, Tuple2<Integer, double[]>>> sums(
            ExecutorModel.Source source,
            Broadcast<int[]> tokens,
            int length,
            int sequences,
            int chunk,
            int chunks,
            List<String> inputs) {
        ExecutorModel model = ExecutorModel.of(source);
        return model.withScorer(length, scorer -> {
            InputStatistics statistics = new InputStatistics(scorer.ops(), inputs::contains);
            for (int s = sequences * chunk / chunks; s < sequences * (chunk + 1) / chunks; s++) {
                int[] sequence = Arrays.copyOfRange(tokens.value(), s * length, (s + 1) * length);
                scorer.observe(sequence, model.dense(), statistics);
            }
            List<Tuple2<Integer, Tuple2<Integer, double[]>>> sums = new ArrayList<>();
            statistics
                    .sums()
                    .forEach((layer, sum) -> sums.add(new Tuple2<>(inputs.indexOf(layer), new Tuple2<>(chunk, sum))));
            return sums.iterator();
        });
    }

    /** Adds the chunks up in their order and writes the mean over all tokens. */
    private static void write(String folder, String input, Iterable<Tuple2<Integer, double[]>> chunks, long tokens)
            throws IOException {
        List<Tuple2<Integer, double[]>> ordered = new ArrayList<>();
        chunks.forEach(ordered::add);
        ordered.sort(Comparator.comparing(Tuple2::_1));
        double[] mean = new double[ordered.get(0)._2().length];
        for (Tuple2<Integer, double[]> chunk : ordered) {
            for (int i = 0; i < mean.length; i++) {
                mean[i] += chunk._2()[i];
            }
        }
        for (int i = 0; i < mean.length; i++) {
            mean[i] /= tokens;
        }
        int columns = (int) Math.round(Math.sqrt(mean.length));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        StatisticsFile.write(CalibrationStatistics.ofUpperTriangle(columns, tokens, mean), bytes);
        Storage.ofApplication().write(file(folder, input), bytes.toByteArray());
    }

    /** Inputs in the order of the model, cut where the sums of a task would outgrow the bound. */
    private static List<List<String>> waves(ModelConfig config, Set<String> inputs) {
        List<List<String>> waves = new ArrayList<>();
        long bytes = Long.MAX_VALUE / 2;
        for (ModelConfig.LayerShape layer : config.layers()) {
            if (inputs.contains(layer.name())) {
                long added = 8L * layer.columns() * layer.columns();
                if (bytes + added > BYTES_A_TASK) {
                    waves.add(new ArrayList<>());
                    bytes = 0;
                }
                waves.get(waves.size() - 1).add(layer.name());
                bytes += added;
            }
        }
        return waves;
    }
}
