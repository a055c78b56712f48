package org.paretopress.jobs.levels;

import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.paretopress.jobs.cluster.ExecutorModel;
import org.paretopress.jobs.cluster.ScoredText;
import org.paretopress.jobs.cluster.TaskDevice;
import org.paretopress.jobs.cluster.TaskProgress;
import org.paretopress.jobs.input.SourceModel;
import org.paretopress.jobs.run.Progress;
import org.paretopress.jobs.storage.Digest;
import org.paretopress.jobs.storage.Storage;
import org.paretopress.kernels.compress.CalibrationStatistics;
import org.paretopress.kernels.compress.Compressor;
import org.paretopress.kernels.compress.ErrorMeter;
import org.paretopress.kernels.compress.WeightMatrix;
import org.paretopress.kernels.levels.LayerFile;
import org.paretopress.kernels.levels.LayerFileWriter;
import org.paretopress.kernels.levels.LayerHeader;
import org.paretopress.kernels.levels.LevelDatabase;
import org.paretopress.kernels.levels.LevelManifest;
import org.paretopress.kernels.levels.MeasuredLevel;
import org.paretopress.kernels.levels.PackedMatrix;
import org.paretopress.kernels.model.ModelConfig.LayerShape;
import org.paretopress.kernels.text.TokenSequences;

/**
 * Builds the level database of a model: statistics over the calibration text, then one task a layer.
 *
 * <p>The database is named by what it is computed from, so any run that asks for the same levels finds it. The manifest is
 * written last; a build that was interrupted goes on with the layers that are missing.
 */
public final class LevelBuildJob {

    private final JavaSparkContext spark;
    private final Storage storage;
    private final Progress progress;
    private final SourceModel model;
    private final LevelPlan plan;
    private final ScoredText calibration;

    public LevelBuildJob(
            JavaSparkContext spark,
            Storage storage,
            Progress progress,
            SourceModel model,
            LevelPlan plan,
            ScoredText calibration) {
        this.spark = spark;
        this.storage = storage;
        this.progress = progress;
        this.model = model;
        this.plan = plan;
        this.calibration = calibration;
    }

    /** The folder of the database among others. */
    public Path folder(Path databases) {
        return new Path(databases, key(model, calibration.sequences(), plan));
    }

    /** The name of a database: a function of model, text and plan. */
    public static String key(SourceModel model, TokenSequences text, LevelPlan plan) {
        String all = String.join(
                "\n",
                Integer.toString(LevelManifest.VERSION),
                model.sha256(),
                ScoredText.fingerprint(text.toArray()),
                Integer.toString(text.sequenceLength()),
                String.join("\n", plan.methods()));
        return Digest.ofText(all).substring(0, 16);
    }

    /** Builds what is missing and returns the manifest. The content of files that are there is not looked at. */
    public LevelManifest run(Path folder) {
        Path manifestFile = new Path(folder, LevelManifest.FILE);
        Set<String> files = storage.list(folder).stream()
                .map(file -> file.getPath().getName())
                .collect(Collectors.toSet());
        Set<String> missing = layers().stream()
                .map(LayerShape::name)
                .filter(layer -> !files.contains(LevelDatabase.fileName(layer)))
                .collect(Collectors.toSet());
        if (missing.isEmpty() && storage.exists(manifestFile)) {
            return LevelManifest.fromJson(manifestFile.toString(), storage.read(manifestFile));
        }
        Path statistics = statistics(folder);
        ExecutorModel.Source source = ExecutorModel.Source.dense(model.uri());
        new StatisticsPass(new ChunkSums(spark, source, calibration, progress), statistics.toString())
                .run(model.file().config(), storage, missing, plan.fisher());
        LevelManifest manifest = manifest(compress(source, folder.toString(), statistics.toString()));
        storage.write(manifestFile, manifest.toJson());
        storage.delete(statistics);
        return manifest;
    }

    /** Where statistics are kept while a database is unfinished. */
    static Path statistics(Path folder) {
        return new Path(folder, "statistics");
    }

    /** The layers of the model, in its order. */
    List<LayerShape> layers() {
        return model.file().config().layers();
    }

    /** Whether a header is one that this job writes for a layer, as far as that can be told without building it. */
    boolean made(LayerShape layer, LayerHeader header) {
        return header.layer().equals(layer.name())
                && header.rows() == layer.rows()
                && header.columns() == layer.columns()
                && header.methods().equals(plan.methods());
    }

    private List<LayerHeader> compress(ExecutorModel.Source source, String folder, String statistics) {
        LevelPlan levels = plan;
        List<String> names = layers().stream().map(LayerShape::name).toList();
        spark.setJobDescription("levels of " + names.size() + " layers");
        try (TaskProgress ignored = new TaskProgress(spark, progress, "compress layers", names.size())) {
            return TaskDevice.onCpu(spark, spark.parallelize(names, names.size()))
                    .map(layer -> header(layer, source, levels, folder, statistics))
                    .collect()
                    .stream()
                    .map(json -> TaskText.read(json, LayerHeader.class))
                    .toList();
        }
    }

    /** Runs on an executor: compresses one layer, or finds it done, and returns the header of its file. */
    private static String header(
            String layer, ExecutorModel.Source source, LevelPlan plan, String folder, String statistics) {
        Storage storage = Storage.ofApplication();
        Path file = new Path(folder, LevelDatabase.fileName(layer));
        if (!storage.exists(file)) {
            try {
                storage.write(file, compress(layer, ExecutorModel.of(source), plan, storage, statistics));
            } catch (UncheckedIOException e) {
                if (!storage.exists(file)) { // else another run built the same database and has cleared up
                    throw e;
                }
            }
        }
        LayerFile written = LayerFile.read(file.toString(), ByteBuffer.wrap(storage.read(file)));
        return TaskText.of(written.header());
    }

    private static byte[] compress(
            String layer, ExecutorModel model, LevelPlan plan, Storage storage, String statisticsFolder) {
        CalibrationStatistics statistics = StatisticsPass.read(storage, statisticsFolder, layer);
        float[] values = model.layer(layer);
        int columns = statistics.columns();
        WeightMatrix weights = new WeightMatrix(layer, values.length / columns, columns, values);
        ErrorMeter meter = new ErrorMeter(weights, statistics);
        List<MeasuredLevel> levels = new ArrayList<>();
        for (Compressor compressor : plan.compressors(layer)) {
            for (PackedMatrix level : compressor.compress(weights, statistics)) {
                levels.add(new MeasuredLevel(level, meter.measure(level)));
            }
        }
        levels.sort(Comparator.comparing((MeasuredLevel level) -> level.matrix().sizeInBytes())
                .thenComparing(level -> level.matrix().level()));
        return new LayerFileWriter(layer, weights.rows(), weights.columns(), plan.methods()).toBytes(levels);
    }

    /** What a manifest says of a layer. */
    LevelManifest.Layer entry(LayerHeader header) {
        return LevelManifest.Layer.of(
                header, model.file().tensor(header.layer() + ".weight").sizeInBytes());
    }

    /** The manifest of a database with these layers. */
    LevelManifest manifest(List<LayerHeader> layers) {
        return new LevelManifest(
                new LevelManifest.Model(model.name(), model.sha256()),
                new LevelManifest.Calibration(
                        calibration.fingerprint(),
                        calibration.sequences().tokens(),
                        calibration.sequences().sequenceLength()),
                plan.methods(),
                model.file().fixedSizeInBytes(),
                layers.stream().map(this::entry).toList());
    }
}
