package org.paretopress.jobs.report;

import java.util.Map;
import java.util.Optional;

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
    String live(ReportData data, LiveNote note) {
        HtmlPage page = new HtmlPage(CONTENT, "charts.js", "report.js", HtmlPage.LIVE);
        return page.html(data.run(), Map.of("page", Page.of(data), "live", note), ChartData.of(data));
    }
}
