package org.paretopress.jobs.report;

import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.Template;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The report of one run: a single HTML file that needs no network. Its content security policy admits the page's own
 * two scripts by their hash and nothing from outside, so that a name which slipped through escaping still could not run.
 */
public final class RunReport {

    private final Template template;
    private final String style;
    private final PageScript script;
    private final PageScript echarts;

    public RunReport() {
        template = Mustache.compiler()
                .escapeHTML(true)
                .emptyStringIsFalse(true)
                .compile(PageScript.resource("report.mustache"));
        style = PageScript.resource("report.css");
        script = new PageScript(PageScript.resource("report.js"));
        echarts = PageScript.echarts();
    }

    /**
     * The whole page, to be stored as UTF-8. The same arguments give the same page.
     *
     * @param pictures what readers without scripts see of the front; without them, they have the tables
     */
    public String html(ReportData data, Optional<Pictures> pictures) {
        Map<String, Object> names = new HashMap<>();
        names.put("page", Page.of(data));
        names.put("policy", policy());
        names.put("style", style);
        names.put("picture", pictures.map(Pictures::inlineSvg).orElse(""));
        names.put("data", EmbeddedJson.of(ChartData.of(data)));
        names.put("echarts", echarts.text());
        names.put("script", script.text());
        return template.execute(names);
    }

    private String policy() {
        return "default-src 'none'; script-src " + echarts.policyHash() + " " + script.policyHash()
                + "; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";
    }
}
