package org.paretopress.jobs.report;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.paretopress.jobs.input.FinishedRun;
import org.paretopress.jobs.run.Baselines.Contender;

/**
 * The page that lists the runs of a sweep: what the searched strategy of each reached at its budgets. One HTML file without
 * scripts; each run's own report is a link away.
 */
public final class SweepReport {

    private final HtmlPage page = new HtmlPage("sweep.mustache", "charts.js");

    /**
     * A run, or why there is none.
     *
     * @param name of its folder, which lies beside the page
     */
    public record Cell(String name, String state, String reason, Optional<FinishedRun> run) {}

    /** A row of the table. */
    record Row(String name, String state, String reason, boolean first, boolean finished, List<Figure> figures) {}

    /** The whole page, to be stored as UTF-8. */
    public String html(String name, List<Cell> cells) {
        Map<String, Object> names = Map.of(
                "name", name,
                "cells", cells.size(),
                "rows", cells.stream().flatMap(SweepReport::rows).toList());
        return page.html(name, names, Map.of());
    }

    private static Stream<Row> rows(Cell cell) {
        List<Contender> found = cell.run().map(SweepReport::searched).orElse(List.of());
        if (found.isEmpty()) {
            return Stream.of(new Row(cell.name(), cell.state(), cell.reason(), true, false, List.of()));
        }
        return found.stream()
                .map(one -> new Row(
                        cell.name(), cell.state(), cell.reason(), one.equals(found.get(0)), true, figures(one)));
    }

    /** What the searched strategy has at each budget. */
    private static List<Contender> searched(FinishedRun run) {
        String strategy = run.config().search().strategy().name();
        return run.directory().baselines().budgets().stream()
                .flatMap(budget -> budget.contenders().stream())
                .filter(one -> one.point().strategy().equals(strategy))
                .toList();
    }

    private static List<Figure> figures(Contender one) {
        return List.of(
                Figure.size(one.point().sizeInBytes()),
                Figure.bits(one.point().averageBits()),
                Figure.loss(one.point().holdout().kl()),
                Figure.loss(one.point().holdout().perplexity()),
                Figure.count(one.tokensEvaluated()));
    }
}
