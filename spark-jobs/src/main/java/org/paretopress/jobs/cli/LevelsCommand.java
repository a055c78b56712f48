package org.paretopress.jobs.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.paretopress.jobs.config.RunConfig;
import org.paretopress.jobs.search.SearchJob;
import org.paretopress.jobs.storage.Storage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "levels", description = "Calibrate and compress: build the level database of a configuration.")
final class LevelsCommand implements Callable<Integer> {

    @Mixin
    private SharedOptions shared;

    @Parameters(paramLabel = "CONFIG", description = "Run configuration (YAML).")
    private String config;

    @Option(names = "--resume", description = "Go on with an interrupted build; finished layers are always kept.")
    private boolean resume;

    @Override
    public Integer call() {
        Storage storage = shared.storage();
        RunConfig run = shared.config(storage, config);
        SearchJob job = SearchJob.prepare(run, storage, shared.progress());
        try (JavaSparkContext spark = shared.startSpark("paretopress levels " + config)) {
            Path folder = job.buildLevels(spark);
            shared.answer(Map.of("levels", folder.toString()), "The level database is in " + folder + ".");
        }
        return 0;
    }
}
