package org.paretopress.jobs.levels;

import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.paretopress.jobs.cluster.ScoredText;
import org.paretopress.jobs.config.RunConfig;
import org.paretopress.jobs.input.SourceModel;
import org.paretopress.jobs.input.SourceText;
import org.paretopress.jobs.run.Progress;
import org.paretopress.jobs.storage.Storage;
import org.paretopress.kernels.text.TokenSequences;

/**
 * Builds the level database of a configuration alone, or repairs it. What the configuration says of a search does not matter,
 * so one database serves any. Everything that can be wrong with the input is found by {@link #prepare}, before Spark starts.
 */
public final class LevelsJob {

    private final Storage storage;
    private final Progress progress;
    private final SourceModel model;
    private final LevelPlan plan;
    private final TokenSequences calibration;
    private final Path databases;

    private LevelsJob(RunConfig config, Storage storage, Progress progress) {
        this.storage = storage;
        this.progress = progress;
        this.model = SourceModel.openOriginal(storage, config.model());
        this.plan = LevelPlan.of(config.levels(), model.file().config());
        plan.space(model.file());
        this.calibration = SourceText.read(storage, model.file(), config).calibration();
        this.databases = databases(storage, config);
    }

    /** Reads and checks all input. */
    public static LevelsJob prepare(RunConfig config, Storage storage, Progress progress) {
        return new LevelsJob(config, storage, progress);
    }

    /** Where the level databases of a run are: beside the run directories, so that runs share them. */
    public static Path databases(Storage storage, RunConfig config) {
        return new Path(storage.qualified(config.output()).getParent(), "levels");
    }

    /**
     * A level database.
     *
     * @param repaired names of the layers that were damaged and built again
     */
    public record Levels(Path folder, List<String> repaired) {}

    /** @param repair whether to check every byte of what is there, and to build again what is damaged */
    public Levels run(JavaSparkContext spark, boolean repair) {
        ScoredText text = ScoredText.broadcast(spark, calibration);
        LevelBuildJob build = new LevelBuildJob(spark, storage, progress, model, plan, text);
        Path folder = build.folder(databases);
        if (repair) {
            return new Levels(folder, new LevelRepairJob(spark, storage, progress, build).run(folder));
        }
        build.run(folder);
        return new Levels(folder, List.of());
    }
}
