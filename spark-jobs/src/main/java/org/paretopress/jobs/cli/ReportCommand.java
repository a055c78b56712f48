package org.paretopress.jobs.cli;

import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.paretopress.jobs.input.FinishedRun;
import org.paretopress.jobs.report.FrontComparison;
import org.paretopress.jobs.report.ReportFiles;
import org.paretopress.jobs.storage.Storage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(name = "report", description = "Write the report of a finished run anew, or compare the fronts of several.")
final class ReportCommand implements Callable<Integer> {

    @Mixin
    private SharedOptions shared;

    @Parameters(paramLabel = "RUN", arity = "1..*", description = "Run directories.")
    private List<String> runs;

    @Override
    public Integer call() {
        Storage storage = shared.storage();
        List<FinishedRun> finished =
                runs.stream().map(run -> FinishedRun.open(storage, run)).toList();
        if (finished.size() > 1) {
            FrontComparison comparison = FrontComparison.of(runs, finished);
            shared.answer(comparison, comparison.toString());
            return 0;
        }
        new ReportFiles(shared.progress()).write(finished.get(0), runs.get(0));
        String report = finished.get(0).directory().reportFile().toString();
        shared.answer(Map.of("report", report), "Report: " + report);
        return 0;
    }
}
