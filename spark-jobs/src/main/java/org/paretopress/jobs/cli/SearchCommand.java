package org.paretopress.jobs.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.spark.api.java.JavaSparkContext;
import org.paretopress.jobs.config.RunConfig;
import org.paretopress.jobs.input.FinishedRun;
import org.paretopress.jobs.report.LivePage;
import org.paretopress.jobs.report.ReportFiles;
import org.paretopress.jobs.run.RunDirectory;
import org.paretopress.jobs.run.RunDirectory.Mode;
import org.paretopress.jobs.search.SearchJob;
import org.paretopress.jobs.storage.Storage;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "search",
        description = "Run the main job: levels where they are missing, the search, the front, the report.")
final class SearchCommand implements Callable<Integer> {

    @Mixin
    private SharedOptions shared;

    @Parameters(paramLabel = "CONFIG", description = "Run configuration (YAML).")
    private String config;

    @Mixin
    private ServeOption serve;

    @ArgGroup
    private Existing existing = new Existing();

    private static final class Existing {
        @Option(names = "--resume", description = "Go on with the run that the output folder holds.")
        private boolean resume;

        @Option(names = "--overwrite", description = "Replace the run that the output folder holds.")
        private boolean overwrite;

        Mode mode() {
            return resume ? Mode.resume : overwrite ? Mode.overwrite : Mode.fresh;
        }
    }

    @Override
    public Integer call() {
        Storage storage = shared.storageOfApplication();
        RunConfig run = shared.config(storage, config);
        SearchJob job = SearchJob.prepare(run, storage, shared.progress());
        RunDirectory directory;
        SearchJob.Result result;
        try (ServeOption live = serve.open(shared.progress())) {
            directory = RunDirectory.prepare(storage, run.output(), job.configuration(), existing.mode());
            live.show(at("/", () -> LivePage.ofRunning(directory, run.output(), shared.progress())));
            try (JavaSparkContext spark = shared.startSpark("paretopress search " + config)) {
                result = job.run(spark, directory);
            }
            new ReportFiles(shared.progress()).write(FinishedRun.open(storage, run.output()), run.output());
            live.show(at("/", () -> LivePage.ofFinished(directory)));
        }
        Map<String, String> files = new LinkedHashMap<>();
        files.put("run", directory.folder().toString());
        files.put("front", directory.frontFile().toString());
        files.put("baselines", directory.baselinesFile().toString());
        shared.answer(files, new ClosingTable(result).toString());
        return 0;
    }

    private static Function<String, Optional<LivePage>> at(String only, Supplier<LivePage> page) {
        return path -> path.equals(only) ? Optional.of(page.get()) : Optional.empty();
    }
}
