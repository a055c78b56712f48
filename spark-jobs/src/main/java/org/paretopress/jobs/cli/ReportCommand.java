package org.paretopress.jobs.cli;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.Path;
import org.paretopress.jobs.InputException;
import org.paretopress.jobs.input.FinishedRun;
import org.paretopress.jobs.report.ComparedRun;
import org.paretopress.jobs.report.ComparisonReport;
import org.paretopress.jobs.report.FrontComparison;
import org.paretopress.jobs.report.RelativeLink;
import org.paretopress.jobs.report.ReportFiles;
import org.paretopress.jobs.storage.Storage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "report", description = "Write the report of a finished run anew, or compare the fronts of several.")
final class ReportCommand implements Callable<Integer> {

    @Mixin
    private SharedOptions shared;

    @Parameters(paramLabel = "RUN", arity = "1..*", description = "Run directories.")
    private List<String> runs;

    @Option(
            names = "--to",
            paramLabel = "FILE.html",
            description = "Where to write a page that compares several runs, which may be of different models.")
    private String to;

    /** The answer where all runs could be compared. */
    private record Compared(@JsonUnwrapped FrontComparison comparison, String report) {}

    /** The answer where they could be compared within groups. */
    private record ComparedInGroups(List<FrontComparison> groups, String report) {}

    @Override
    public Integer call() {
        Storage storage = shared.storage();
        Path page = to == null ? null : page(storage);
        List<FinishedRun> finished =
                runs.stream().map(run -> FinishedRun.open(storage, run)).toList();
        if (page != null) {
            compare(storage, finished, page);
            return 0;
        }
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

    private Path page(Storage storage) {
        if (runs.size() == 1) {
            throw new InputException(
                    "--to " + to + " is for the comparison of several runs, and " + runs.get(0) + " is one.",
                    "leave --to out: the report of a run lies in its folder.");
        }
        if (!to.endsWith(".html")) {
            throw new InputException("--to " + to + " does not end with .html.", "write runs/comparison.html.");
        }
        return storage.qualified(to);
    }

    private void compare(Storage storage, List<FinishedRun> finished, Path page) {
        List<ComparedRun> compared = IntStream.range(0, runs.size())
                .mapToObj(
                        i -> ComparedRun.of(runs.get(i), "done", link(storage, finished.get(i), page), finished.get(i)))
                .toList();
        storage.writeText(page, new ComparisonReport().html("Comparison", runs.size() + " runs", "runs", compared));
        List<FrontComparison> groups = FrontComparison.ofEachGroup(compared);
        String tables = groups.stream().map(FrontComparison::toString).collect(Collectors.joining("\n\n"));
        shared.answer(
                groups.size() == 1
                        ? new Compared(groups.get(0), page.toString())
                        : new ComparedInGroups(groups, page.toString()),
                tables + "\n\nReport: " + page.toUri().getPath());
    }

    private static String link(Storage storage, FinishedRun run, Path page) {
        Path report = run.directory().reportFile();
        return storage.isFile(report) ? RelativeLink.between(page, report) : "";
    }
}
