package org.paretopress.jobs.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.paretopress.jobs.config.RunConfig;
import org.paretopress.jobs.levels.LevelsJob;
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

    @Option(
            names = "--repair",
            description = "Read every byte of the database; build again what is missing, cut or damaged.")
    private boolean repair;

    @Override
    public Integer call() {
        Storage storage = shared.storageOfApplication();
        RunConfig run = shared.config(storage, config);
        LevelsJob job = LevelsJob.prepare(run, storage, shared.progress());
        LevelsJob.Levels levels;
        try (JavaSparkContext spark = shared.startSpark("paretopress levels " + config)) {
            levels = job.run(spark, repair);
        }
        answer(levels, layerFiles(storage, levels.folder()));
        return 0;
    }

    private static List<FileStatus> layerFiles(Storage storage, Path folder) {
        return storage.list(folder).stream()
                .filter(file -> file.getPath().getName().matches("[^.].*\\.levels"))
                .toList();
    }

    private void answer(LevelsJob.Levels levels, List<FileStatus> files) {
        long size = files.stream().mapToLong(FileStatus::getLen).sum();
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("levels", levels.folder().toString());
        document.put("layers", files.size());
        document.put("sizeInBytes", size);
        String lines = String.format(
                Locale.ROOT,
                "The level database is in %s (%d layers, %,d bytes).",
                levels.folder(),
                files.size(),
                size);
        if (repair) {
            document.put("repaired", levels.repaired());
            lines += levels.repaired().isEmpty()
                    ? " No layer is damaged."
                    : " Built again: " + String.join(", ", levels.repaired()) + ".";
        }
        shared.answer(document, lines);
    }
}
