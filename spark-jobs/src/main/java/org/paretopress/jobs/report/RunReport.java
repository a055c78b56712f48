package org.paretopress.jobs.report;

import java.util.Map;
import java.util.Optional;

/** The report of one run. */
public final class RunReport {

    private final HtmlPage page = new HtmlPage("report.mustache", "charts.js", "report.js");

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
        return page.html(data.run(), names, ChartData.of(data));
    }
}
