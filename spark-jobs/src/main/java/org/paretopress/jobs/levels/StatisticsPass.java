package org.paretopress.jobs.levels;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.Path;
import org.paretopress.jobs.cluster.ExecutorModel;
import org.paretopress.jobs.storage.Storage;
import org.paretopress.kernels.compress.CalibrationStatistics;
import org.paretopress.kernels.compress.StatisticsFile;
import org.paretopress.kernels.forward.BackwardPass;
import org.paretopress.kernels.forward.FisherStatistics;
import org.paretopress.kernels.forward.InputStatistics;
import org.paretopress.kernels.forward.SequenceScorer;
import org.paretopress.kernels.model.ModelConfig;

/**
 * Collects what compressors need to know of the calibration text: the mean of x·xᵀ over every layer's inputs x, and, where it
 * is asked for, the Fisher information of every layer's outputs. Blocks are taken in waves, so that a task holds a bounded
 * number of sums; each wave runs the text once.
 *
 * @param folder where one file an input, and one a layer, is written
 */
record StatisticsPass(ChunkSums text, String folder) {

    private static final long BYTES_A_TASK = 1L << 30;

    private static Path inputFile(String folder, String layer) {
        return new Path(folder, ModelConfig.inputOf(layer) + ".statistics");
    }

    private static Path fisherFile(String folder, String layer) {
        return new Path(folder, layer + ".fisher.json");
    }

    /** The statistics of a layer. */
    static CalibrationStatistics read(Storage storage, String folder, String layer) {
        Path file = inputFile(folder, layer);
        Path fisher = fisherFile(folder, layer);
        try {
            CalibrationStatistics inputs =
                    StatisticsFile.read(file.toString(), new ByteArrayInputStream(storage.read(file)));
            return storage.exists(fisher)
                    ? inputs.withOutputFisher(new ObjectMapper().readValue(storage.read(fisher), double[].class))
                    : inputs;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Writes what is missing for the given layers.
     *
     * @param fisher whether the Fisher information is asked for
     */
    void run(ModelConfig config, Storage storage, Set<String> layers, boolean fisher) {
        Set<String> inputs = missing(storage, layers, layer -> inputFile(folder, layer), ModelConfig::inputOf);
        for (List<String> wave : waves(config, inputs)) {
            collectInputs(wave);
        }
        if (fisher) {
            Set<String> rest = missing(storage, layers, layer -> fisherFile(folder, layer), layer -> layer);
            if (!rest.isEmpty()) {
                collectFisher(List.copyOf(rest));
            }
        }
    }

    private static Set<String> missing(
            Storage storage, Set<String> layers, Function<String, Path> file, Function<String, String> name) {
        return layers.stream()
                .filter(layer -> !storage.exists(file.apply(layer)))
                .map(name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private void collectInputs(List<String> inputs) {
        String target = folder;
        long tokens = text.text().sequences().tokens();
        text.run("calibrate", inputs, (model, sequences) -> inputSums(model, sequences, inputs), (input, sum) -> {
            for (int i = 0; i < sum.length; i++) {
                sum[i] /= tokens;
            }
            int columns = (int) Math.round((Math.sqrt(8.0 * sum.length + 1) - 1) / 2);
            ByteArrayOutputStream bytes = new ByteArrayOutputStream(StatisticsFile.sizeInBytes(columns));
            StatisticsFile.write(columns, tokens, sum, bytes);
            Storage.ofApplication().write(inputFile(target, input), bytes.toByteArray());
        });
    }

    private static Map<String, double[]> inputSums(ExecutorModel model, List<int[]> sequences, List<String> inputs) {
        int length = sequences.get(0).length;
        int together = SequenceScorer.together(length, false);
        return model.withScorer(length, together, scorer -> {
            InputStatistics statistics = new InputStatistics(scorer.ops(), inputs::contains);
            for (int first = 0; first < sequences.size(); first += together) {
                int[] group = sequences.subList(first, Math.min(first + together, sequences.size())).stream()
                        .flatMapToInt(Arrays::stream)
                        .toArray();
                scorer.observe(group, model.dense(), statistics);
            }
            return statistics.sums();
        });
    }

    private void collectFisher(List<String> layers) {
        String target = folder;
        int sequences = text.text().sequences().count();
        text.run("calibrate gradients", layers, (model, part) -> fisherSums(model, part, layers), (layer, sum) -> {
            for (int i = 0; i < sum.length; i++) {
                sum[i] /= sequences;
            }
            Storage.ofApplication().write(fisherFile(target, layer), new ObjectMapper().writeValueAsBytes(sum));
        });
    }

    private static Map<String, double[]> fisherSums(ExecutorModel model, List<int[]> sequences, List<String> layers) {
        try (BackwardPass pass = model.backwardPass(sequences.get(0).length)) {
            FisherStatistics statistics = new FisherStatistics(pass.ops());
            sequences.forEach(sequence -> pass.run(sequence, model.dense(), statistics));
            statistics.sums().keySet().retainAll(layers);
            return statistics.sums();
        }
    }

    /** Inputs in the order of the model, cut where the sums of a task would outgrow the bound. */
    private static List<List<String>> waves(ModelConfig config, Set<String> inputs) {
        List<List<String>> waves = new ArrayList<>();
        long bytes = Long.MAX_VALUE / 2;
        for (ModelConfig.LayerShape layer : config.layers()) {
            if (inputs.contains(layer.name())) {
                long added = 4L * layer.columns() * (layer.columns() + 1);
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
