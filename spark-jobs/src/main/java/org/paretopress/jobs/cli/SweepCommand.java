package org.paretopress.jobs.cli;

import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.paretopress.jobs.InputException;
import org.paretopress.jobs.config.SweepPlan;
import org.paretopress.jobs.input.FinishedRun;
import org.paretopress.jobs.report.LivePage;
import org.paretopress.jobs.report.SweepReport;
import org.paretopress.jobs.run.Progress;
import org.paretopress.jobs.run.RunDirectory;
import org.paretopress.jobs.storage.Storage;
import org.paretopress.jobs.sweep.CellResult;
import org.paretopress.jobs.sweep.CellResult.State;
import org.paretopress.jobs.sweep.SweepJob;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "sweep",
        description =
                "Run many searches as one Spark application: those of a plan that have no result yet, or other inputs.")
final class SweepCommand implements Callable<Integer> {

    @Mixin
    private SharedOptions shared;

    @Parameters(paramLabel = "PLAN", description = "Sweep plan (YAML).")
    private String plan;

    @Mixin
    private ServeOption serve;

    @Option(names = "--resume", description = "Run only what is missing or changed; this is the default.")
    private boolean resume;

    @Option(names = "--overwrite", description = "Run every cell again.")
    private boolean overwrite;

    @Override
    public Integer call() {
        if (resume && overwrite) {
            throw new InputException("--resume and --overwrite contradict each other.", "give one of them.");
        }
        Storage storage = shared.storageOfApplication();
        SweepPlan sweep = shared.plan(storage, plan);
        Path folder = storage.qualified(sweep.output());
        Path report = new Path(folder, "report.html");
        List<CellResult> cells;
        try (ServeOption live = serve.open(shared.progress())) {
            SweepJob job = SweepJob.prepare(sweep, storage, shared.progress(), overwrite, Clock.systemUTC());
            live.show(path -> page(path, storage, sweep, job));
            if (job.hasWork()) {
                try (JavaSparkContext spark = shared.startSpark("paretopress sweep " + plan)) {
                    job.run(spark);
                }
            }
            cells = job.results();
            String html = new SweepReport().html(sweep.output(), cells(storage, sweep, job));
            storage.writeText(report, html);
            live.show(path ->
                    path.equals("/") ? Optional.of(new LivePage("last", () -> html)) : page(path, storage, sweep, job));
        }
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("cells", cells);
        answer.put("report", report.toString());
        shared.answer(
                answer, table(sweep, cells) + "\n\nReport: " + report.toUri().getPath());
        return cells.stream().anyMatch(cell -> cell.state() == State.failed) ? Failures.FAILED : 0;
    }

    /** The page of the sweep, or of one of its cells. */
    private Optional<LivePage> page(String path, Storage storage, SweepPlan sweep, SweepJob job) {
        if (path.equals("/")) {
            return Optional.of(new SweepReport().live(sweep.output(), cells(storage, sweep, job)));
        }
        return sweep.cells().stream()
                .filter(cell -> path.equals("/" + cell.name() + "/report.html"))
                .findFirst()
                .flatMap(cell -> page(cell, storage, job));
    }

    /** A cell that waits has none, nor one that failed before it began. */
    private static Optional<LivePage> page(SweepPlan.Cell cell, Storage storage, SweepJob job) {
        String output = cell.config().output();
        Optional<RunDirectory> run = RunDirectory.find(storage, output);
        Optional<Progress> progress = job.progress(cell);
        Optional<CellResult> result = job.result(cell);
        if (result.isEmpty()) {
            return run.flatMap(one -> progress.map(now -> LivePage.ofRunning(one, output, now)));
        }
        return result.get().state() == State.failed
                ? run.filter(one -> progress.isPresent())
                        .map(one -> LivePage.ofFailed(one, output, result.get().reason()))
                : run.map(LivePage::ofFinished);
    }

    private static List<SweepReport.Cell> cells(Storage storage, SweepPlan sweep, SweepJob job) {
        return sweep.cells().stream().map(cell -> cell(cell, storage, job)).toList();
    }

    private static SweepReport.Cell cell(SweepPlan.Cell cell, Storage storage, SweepJob job) {
        Optional<CellResult> result = job.result(cell);
        if (result.isEmpty()) {
            Optional<Progress> progress = job.progress(cell);
            return new SweepReport.Cell(
                    cell.name(),
                    progress.isPresent() ? "running" : "waiting",
                    progress.map(Progress::now).orElse(""),
                    true,
                    Optional.empty());
        }
        CellResult ended = result.get();
        return new SweepReport.Cell(
                cell.name(),
                ended.state().name(),
                Optional.ofNullable(ended.reason()).orElse(""),
                false,
                ended.state() == State.failed
                        ? Optional.empty()
                        : Optional.of(() -> FinishedRun.open(storage, ended.run())));
    }

    private static String table(SweepPlan sweep, List<CellResult> cells) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < cells.size(); i++) {
            CellResult cell = cells.get(i);
            String reason = cell.reason() == null
                    ? ""
                    : "  " + cell.reason().lines().findFirst().orElse("");
            text.append(String.format(
                    Locale.ROOT,
                    "%n  %-8s %s%s",
                    cell.state(),
                    sweep.cells().get(i).name(),
                    reason));
        }
        return text.toString();
    }
}
