package org.paretopress.jobs.input;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.paretopress.jobs.InputException;
import org.paretopress.jobs.config.ConfigReader;
import org.paretopress.jobs.config.RunConfig;
import org.paretopress.jobs.run.FrontPoint;
import org.paretopress.jobs.run.RunDirectory;
import org.paretopress.jobs.storage.Storage;
import org.paretopress.search.front.Knee;
import org.paretopress.search.front.ParetoPoint;

/** A finished run, with what is needed to use one of its points: configuration, levels, the points themselves. */
public record FinishedRun(RunDirectory directory, RunConfig config, Path levels) {

    private static final String MAX_BYTES = "max-bytes=";

    public static FinishedRun open(Storage storage, String path) {
        RunDirectory directory = RunDirectory.open(storage, path);
        RunConfig config = new ConfigReader().read(path + "/config.yaml", directory.config(), List.of());
        if (!(directory.provenance().get("levels") instanceof Map<?, ?> levels) || levels.get("path") == null) {
            throw new InputException(
                    "The provenance of " + path + " does not say where its levels are.", "another program changed it.");
        }
        return new FinishedRun(directory, config, new Path(levels.get("path").toString()));
    }

    /**
     * Finds a point.
     *
     * @param choice an id, {@code knee}, or {@code max-bytes=N} for the best front point of at most N bytes
     */
    public FrontPoint point(String choice) {
        if (choice.equals("knee")) {
            return knee();
        }
        if (choice.startsWith(MAX_BYTES)) {
            return withinBytes(choice);
        }
        List<FrontPoint> points = directory.points();
        return points.stream()
                .filter(point -> point.id().equals(choice))
                .findFirst()
                .orElseThrow(() -> new InputException(
                        "--point " + choice + ": " + directory.folder() + " has no such point.",
                        "one of " + ids(points) + ", knee or " + MAX_BYTES + "N was meant."));
    }

    /**
     * Checks, before a task has to, that the run's levels are those of a model and hold what an assignment names.
     *
     * @throws InputException naming the model, or the layer and the level
     */
    public void requireLevels(Storage storage, SourceModel model, Map<String, String> assignment) {
        LevelFolder.of(storage, levels, directory.folder().toString(), model).require(assignment);
    }

    /** Level names by layer, from a JSON object or {@code layer: level} lines. */
    public static Map<String, String> assignment(Storage storage, String path) {
        Path file = storage.qualified(path);
        if (!storage.exists(file)) {
            throw new InputException("There is no assignment " + path + ".", "the path is misspelt.");
        }
        return new ConfigReader().readMap(path, storage.readText(file));
    }

    private FrontPoint knee() {
        List<ParetoPoint<FrontPoint>> points = directory.front().points().stream()
                .map(p -> new ParetoPoint<>(p.sizeInBytes(), p.calibration().kl(), p))
                .toList();
        return Knee.of(points).payload();
    }

    private FrontPoint withinBytes(String choice) {
        long limit;
        try {
            limit = Long.parseLong(choice.substring(MAX_BYTES.length()));
        } catch (NumberFormatException e) {
            throw new InputException("--point " + choice + " names no number of bytes.", "write max-bytes=12000000.");
        }
        List<FrontPoint> points = directory.front().points();
        return points.stream()
                .filter(point -> point.sizeInBytes() <= limit)
                .reduce((smaller, larger) -> larger)
                .orElseThrow(() -> new InputException(
                        "--point " + choice + ": the smallest point of the front has "
                                + points.get(0).sizeInBytes() + " bytes.",
                        "search at a smaller budget."));
    }

    private static List<String> ids(List<FrontPoint> points) {
        Map<String, Boolean> ids = new LinkedHashMap<>();
        points.forEach(point -> ids.put(point.id(), true));
        return List.copyOf(ids.keySet());
    }
}
