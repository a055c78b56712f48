package org.paretopress.jobs.report;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.paretopress.jobs.input.FinishedRun;

/** The page of a sweep: its cells side by side, those that failed with their reason. Each cell's own report is a link away. */
public final class SweepReport {

    /**
     * A run, or why there is none.
     *
     * @param name of its folder, which lies beside the page
     * @param reason why it failed, or what is going on in it
     * @param isOpen whether it may still have a result
     * @param run opens it; empty where there is none
     */
    public record Cell(String name, String state, String reason, boolean isOpen, Optional<Supplier<FinishedRun>> run) {

        private ComparedRun compared() {
            String link = RelativeLink.of(name + "/report.html");
            return run.map(finished -> ComparedRun.of(name, state, link, finished.get()))
                    .orElseGet(() -> isOpen
                            ? ComparedRun.open(name, state, reason.isEmpty() ? "" : link, reason)
                            : ComparedRun.failed(name, state, reason));
        }
    }

    /** The whole page, to be stored as UTF-8. */
    public String html(String name, List<Cell> cells) {
        return new ComparisonReport()
                .html("Sweep", name, "cells", cells.stream().map(Cell::compared).toList());
    }

    /** As it is while the sweep goes on. */
    public LivePage live(String name, List<Cell> cells) {
        long open = cells.stream().filter(Cell::isOpen).count();
        LiveNote note = LiveNote.of(
                open == 0
                        ? "The last cell has ended."
                        : "The sweep goes on: " + open + " of " + cells.size() + " cells have not ended.",
                cells.stream()
                        .map(cell -> cell.name() + " " + cell.state() + " " + cell.reason())
                        .collect(Collectors.joining("\n")),
                name + "/report.html");
        return new LivePage(note.version(), () -> new ComparisonReport()
                .live("Sweep", name, "cells", cells.stream().map(Cell::compared).toList(), note));
    }
}
