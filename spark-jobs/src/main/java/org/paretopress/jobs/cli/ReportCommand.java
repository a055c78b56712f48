package org.paretopress.jobs.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import org.paretopress.jobs.input.FinishedRun;
import org.paretopress.jobs.report.ReportFiles;
import org.paretopress.jobs.storage.Storage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(name = "report", description = "Write the report of a finished run anew.")
final class ReportCommand implements Callable<Integer> {

    @Mixin
    private SharedOptions shared;

    @Parameters(paramLabel = "RUN", description = "Run directory.")
    private String run;

    @Override
    public Integer call() {
        Storage storage = shared.storage();
        FinishedRun finished = FinishedRun.open(storage, run);
        new ReportFiles(shared.progress()).write(finished, run);
        String report = finished.directory().reportFile().toString();
        shared.answer(Map.of("report", report), "Report: " + report);
        return 0;
    }
}
