package org.paretopress.jobs.report;

import java.util.List;
import java.util.Optional;
import org.paretopress.jobs.input.FinishedRun;

/** The page of a sweep: its cells side by side, those that failed with their reason. Each cell's own report is a link away. */
public final class SweepReport {

    private final ComparisonReport page = new ComparisonReport();

    /**
     * A run, or why there is none.
     *
     * @param name of its folder, which lies beside the page
     */
    public record Cell(String name, String state, String reason, Optional<FinishedRun> run) {}

    /** The whole page, to be stored as UTF-8. */
    public String html(String name, List<Cell> cells) {
        return page.html(
                "Sweep",
                name,
                "cells",
                cells.stream().map(SweepReport::compared).toList());
    }

    private static ComparedRun compared(Cell cell) {
        return cell.run()
                .map(run ->
                        ComparedRun.of(cell.name(), cell.state(), RelativeLink.of(cell.name() + "/report.html"), run))
                .orElseGet(() -> ComparedRun.failed(cell.name(), cell.state(), cell.reason()));
    }
}
