package org.paretopress.jobs.report;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.paretopress.jobs.run.RunDirectory;
import org.paretopress.jobs.run.SearchState;

/** The report of one run. */
public final class RunReport {

    private static final String CONTENT = "report.mustache";

    /**
     * The whole page, to be stored as UTF-8. The same arguments give the same page.
     *
     * @param pictures what readers without scripts see of the front; without them, they have the tables
     */
    public String html(ReportData data, Optional<Pictures> pictures) {
        Map<String, Object> names = Map.of(
                "page",
                Page.of(data),
                "picture",
                pictures.map(Pictures::inlineSvg).orElse(""));
        return new HtmlPage(CONTENT, "charts.js", "report.js").html(data.run(), names, ChartData.of(data));
    }

    /** The page of a run that goes on, which asks a {@link ReportServer} for what is new. */
    String live(RunDirectory run, String name, LiveNote note) {
        ReportData data = ReportData.unfinished(run, name);
        List<SearchState.Best> soFar = run.state().stream()
                .flatMap(state -> state.budgets().stream())
                .flatMap(budget -> budget.best().stream())
                .sorted(Comparator.comparingLong(SearchState.Best::sizeInBytes))
                .toList();
        List<List<Figure>> rows = soFar.stream()
                .map(best -> List.of(Figure.size(best.sizeInBytes()), Figure.loss(best.loss())))
                .toList();
        return new HtmlPage(CONTENT, "charts.js", "report.js", HtmlPage.LIVE)
                .html(name, Map.of("page", Page.of(data), "live", note, "soFar", rows), ChartData.of(data, soFar));
    }
}
