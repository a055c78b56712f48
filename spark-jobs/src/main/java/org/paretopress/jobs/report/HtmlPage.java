package org.paretopress.jobs.report;

import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.Template;
import java.io.StringReader;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A single HTML file that needs no network. Its content security policy admits the page's own scripts by their hash and nothing
 * from outside, so that a name which slipped through escaping still could not run.
 */
final class HtmlPage {

    /** The script that keeps a page up to date, which has to be allowed to ask its server. */
    static final String LIVE = "live.js";

    private final Template template;
    private final String style = PageScript.resource("report.css");
    private final PageScript echarts = PageScript.echarts();
    private final PageScript script;
    private final boolean live;

    /**
     * @param content name of the template between the tags of the body
     * @param scripts names of the scripts, which run in this order, after the charts' library
     */
    HtmlPage(String content, String... scripts) {
        template = Mustache.compiler()
                .escapeHTML(true)
                .emptyStringIsFalse(true)
                .withLoader(name -> new StringReader(PageScript.resource(content)))
                .compile(PageScript.resource("page.mustache"));
        live = List.of(scripts).contains(LIVE);
        script = new PageScript(Arrays.stream(scripts).map(PageScript::resource).collect(Collectors.joining()));
    }

    /**
     * The whole page, to be stored as UTF-8. The same arguments give the same page.
     *
     * @param names what the template names
     * @param data what the scripts find as JSON
     */
    String html(String title, Map<String, Object> names, Object data) {
        Map<String, Object> all = new HashMap<>(names);
        all.put("title", title);
        all.put("policy", policy());
        all.put("style", style);
        all.put("data", EmbeddedJson.of(data));
        all.put("echarts", echarts.text());
        all.put("script", script.text());
        return template.execute(all);
    }

    private String policy() {
        return "default-src 'none'; script-src " + echarts.policyHash() + " " + script.policyHash()
                + "; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
                + (live ? "; connect-src 'self'" : "");
    }
}
