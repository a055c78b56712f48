package org.paretopress.jobs.cli;

import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.paretopress.jobs.InputException;
import org.paretopress.jobs.config.SweepPlan;
import org.paretopress.jobs.input.FinishedRun;
import org.paretopress.jobs.report.SweepReport;
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

    @Option(names = "--resume", description = "Run only what is missing or changed; this is the default.")
    private boolean resume;

    @Option(names = "--overwrite", description = "Run every cell again.")
    private boolean overwrite;

    @Override
    public Integer call() {
        if (resume && overwrite) {
            throw new InputException("--resume and --overwrite contradict each other.", "give one of them.");
        }
        Storage storage = shared.storage();
        SweepPlan sweep = shared.plan(storage, plan);
        Path folder = storage.qualified(sweep.output());
        SweepJob job = SweepJob.prepare(sweep, storage, shared.progress(), overwrite, Clock.systemUTC());
        if (job.hasWork()) {
            try (JavaSparkContext spark = shared.startSpark("paretopress sweep " + plan)) {
                job.run(spark);
            }
        }
        List<CellResult> cells = job.results();
        Path report = new Path(folder, "report.html");
        storage.writeText(report, new SweepReport().html(sweep.output(), rows(storage, sweep, cells)));
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("cells", cells);
        answer.put("report", report.toString());
        shared.answer(
                answer, table(sweep, cells) + "\n\nReport: " + report.toUri().getPath());
        return cells.stream().anyMatch(cell -> cell.state() == State.failed) ? Failures.FAILED : 0;
    }

    private static List<SweepReport.Cell> rows(Storage storage, SweepPlan sweep, List<CellResult> cells) {
        return IntStream.range(0, cells.size())
                .mapToObj(i -> new SweepReport.Cell(
                        sweep.cells().get(i).name(),
                        cells.get(i).state().name(),
                        Optional.ofNullable(cells.get(i).reason()).orElse(""),
                        cells.get(i).state() == State.failed
                                ? Optional.empty()
                                : Optional.of(
                                        FinishedRun.open(storage, cells.get(i).run()))))
                .toList();
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
