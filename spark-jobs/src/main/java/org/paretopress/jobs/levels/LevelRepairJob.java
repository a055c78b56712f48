package org.paretopress.jobs.levels;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.paretopress.jobs.cluster.TaskDevice;
import org.paretopress.jobs.cluster.TaskProgress;
import org.paretopress.jobs.run.Progress;
import org.paretopress.jobs.storage.Storage;
import org.paretopress.kernels.levels.CorruptLevelException;
import org.paretopress.kernels.levels.LevelDatabase;
import org.paretopress.kernels.levels.LevelManifest;
import org.paretopress.kernels.model.ModelConfig.LayerShape;

/**
 * Finds the layer files of a database that are missing, cut or damaged, and builds these again. Every byte is read, by one
 * task a layer. Afterwards the database is the one that an undamaged build gives, byte for byte.
 */
public final class LevelRepairJob {

    /** What a killed write leaves behind, see {@link Storage#write}. */
    private static final String UNFINISHED = "\\.(.+\\.levels|manifest\\.json)\\.[0-9a-f-]{36}";

    private final JavaSparkContext spark;
    private final Storage storage;
    private final Progress progress;
    private final LevelBuildJob build;

    public LevelRepairJob(JavaSparkContext spark, Storage storage, Progress progress, LevelBuildJob build) {
        this.spark = spark;
        this.storage = storage;
        this.progress = progress;
        this.build = build;
    }

    /**
     * Checks and repairs. Layers go before the manifest: while something is missing the database counts either as
     * damaged or as unfinished.
     *
     * @return names of the layers that were built again, in the order of the model
     */
    public List<String> run(Path folder) {
        Path manifestFile = new Path(folder, LevelManifest.FILE);
        LevelManifest manifest = readable(manifestFile);
        List<LayerCheck> checks = check(folder);
        List<String> damaged = damaged(checks, manifest);
        clear(folder);
        if (damaged.isEmpty() && says(manifestFile, checks)) {
            return List.of();
        }
        damaged.forEach(layer -> storage.delete(new Path(folder, LevelDatabase.fileName(layer))));
        storage.delete(manifestFile);
        build.run(folder);
        return damaged;
    }

    private List<String> damaged(List<LayerCheck> checks, LevelManifest manifest) {
        List<String> damaged = new ArrayList<>();
        for (int i = 0; i < checks.size(); i++) {
            LayerShape layer = build.layers().get(i);
            List<String> findings = findings(layer, checks.get(i), manifest);
            findings.forEach(progress::say);
            if (!findings.isEmpty()) {
                damaged.add(layer.name());
            }
        }
        return List.copyOf(damaged);
    }

    private List<LayerCheck> check(Path folder) {
        List<String> layers = build.layers().stream().map(LayerShape::name).toList();
        String database = folder.toString();
        spark.setJobDescription("check the levels of " + layers.size() + " layers");
        try (TaskProgress ignored = new TaskProgress(spark, progress, "check layers", layers.size())) {
            return TaskDevice.onCpu(spark, spark.parallelize(layers, layers.size()))
                    .map(layer -> TaskText.of(
                            LayerCheck.of(Storage.ofApplication(), new Path(database, LevelDatabase.fileName(layer)))))
                    .collect()
                    .stream()
                    .map(json -> TaskText.read(json, LayerCheck.class))
                    .toList();
        }
    }

    /** What is wrong with a layer's file: in itself, for this model, or by the manifest. */
    private List<String> findings(LayerShape layer, LayerCheck check, LevelManifest manifest) {
        if (!check.damages().isEmpty()) {
            return check.damages();
        }
        String file = LevelDatabase.fileName(layer.name());
        if (!build.made(layer, check.header())) {
            return List.of(file + " holds levels of another layer, model or method.");
        }
        boolean contradicted = manifest != null
                && manifest.layers().stream()
                        .filter(entry -> entry.name().equals(layer.name()))
                        .anyMatch(entry -> !entry.equals(build.entry(check.header())));
        return contradicted ? List.of(file + ": its header differs from the manifest's entry.") : List.of();
    }

    /** Null where there is no manifest that can be read. */
    private LevelManifest readable(Path file) {
        if (!storage.exists(file)) {
            progress.say(LevelManifest.FILE + " is missing.");
            return null;
        }
        try {
            return LevelManifest.fromJson(LevelManifest.FILE, storage.read(file));
        } catch (CorruptLevelException e) {
            progress.say(LayerCheck.firstLine(e));
            return null;
        }
    }

    private boolean says(Path file, List<LayerCheck> checks) {
        byte[] expected =
                build.manifest(checks.stream().map(LayerCheck::header).toList()).toJson();
        boolean says = storage.exists(file) && Arrays.equals(storage.read(file), expected);
        if (!says) {
            progress.say(LevelManifest.FILE + " is written anew from the layer files.");
        }
        return says;
    }

    private void clear(Path folder) {
        storage.delete(LevelBuildJob.statistics(folder));
        storage.list(folder).stream()
                .map(file -> file.getPath())
                .filter(file -> file.getName().matches(UNFINISHED))
                .forEach(storage::delete);
    }
}
