package org.paretopress.jobs.input;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.paretopress.jobs.InputException;
import org.paretopress.jobs.storage.Storage;
import org.paretopress.kernels.forward.WeightCache;
import org.paretopress.kernels.levels.LevelManifest;

/** A finished level database that belongs to a model. */
public record LevelFolder(Path path, LevelManifest manifest) {

    /**
     * Opens a database, or that of a run.
     *
     * @param folder as {@code levels} printed it, or a run directory
     * @throws InputException where there is none, or it was made from other weights
     */
    public static LevelFolder open(Storage storage, String folder, SourceModel model) {
        Path path = storage.qualified(folder);
        if (!storage.exists(new Path(path, LevelManifest.FILE))) {
            if (!storage.exists(new Path(path, "provenance.json"))) {
                throw new InputException(
                        folder + " holds neither a finished level database nor a finished run.",
                        "give the folder that the levels command printed.");
            }
            path = FinishedRun.open(storage, folder).levels();
        }
        return of(storage, path, folder, model);
    }

    /** @param owner whose levels they are, for errors */
    static LevelFolder of(Storage storage, Path path, String owner, SourceModel model) {
        Path file = new Path(path, LevelManifest.FILE);
        if (!storage.exists(file)) {
            throw new InputException(
                    "The levels of " + owner + " are not in " + path + " any more.",
                    "they were moved or deleted: build them by the levels command.");
        }
        LevelManifest manifest = LevelManifest.fromJson(file.toString(), storage.read(file));
        if (!manifest.model().sha256().equals(model.sha256())) {
            throw new InputException(
                    model.uri() + " is not the model of " + owner + ": its files differ.",
                    "another folder of " + manifest.model().name() + " was meant.");
        }
        return new LevelFolder(path, manifest);
    }

    /**
     * Checks, before a task has to, that the database holds what an assignment names.
     *
     * @throws InputException naming the layer and the level
     */
    public void require(Map<String, String> assignment) {
        for (LevelManifest.Layer layer : manifest.layers()) {
            List<String> offered =
                    layer.levels().stream().map(LevelManifest.Level::name).toList();
            String level = assignment.getOrDefault(layer.name(), WeightCache.DENSE);
            if (!level.equals(WeightCache.DENSE) && !offered.contains(level)) {
                throw new InputException(
                        "Layer " + layer.name() + " has no level \"" + level + "\" in " + path + ".",
                        "one of " + offered + " or dense was meant.");
            }
        }
    }

    /** One level in every layer. */
    public Map<String, String> uniform(String level) {
        Map<String, String> assignment = new LinkedHashMap<>();
        manifest.layers().forEach(layer -> assignment.put(layer.name(), level));
        return assignment;
    }
}
