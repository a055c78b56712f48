package org.paretopress.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.paretopress.jobs.run.Baselines;
import org.paretopress.jobs.run.Baselines.AtBudget;
import org.paretopress.jobs.run.Baselines.Contender;
import org.paretopress.jobs.run.Front;
import org.paretopress.jobs.run.FrontPoint;
import org.paretopress.jobs.run.GenerationLine;

/** Whatever names contain, the page has the elements and attributes of the same page with harmless names. */
class RunReportEscapingTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<img src=x onerror=alert(1)>",
                "</script><script>alert(1)</script>",
                "</noscript></svg></style></title><!--<script>",
                "\" onmouseover=\"alert(1)",
                "' autofocus onfocus='alert(1)",
                "a\nb\r\nc\u2028d\u2029e",
                "{{page}}{{{data}}}",
                "${alert(1)}`\\u003c\\",
                "]]>&lt;b&gt;&amp;\u0000"
            })
    void hostileNamesMakeNoElements(String name) throws IOException {
        Document hostile = Jsoup.parse(new RunReport().html(data(name), Optional.empty()));
        Document harmless = Jsoup.parse(new RunReport().html(data("harmless"), Optional.empty()));
        assertThat(skeleton(hostile)).isEqualTo(skeleton(harmless));
        assertThat(new ObjectMapper()
                        .readTree(hostile.select("#report-data").first().data())
                        .at("/points/0/id")
                        .textValue())
                .isEqualTo(name);
        assertThat(hostile.title()).isNotEmpty();
    }

    @Test
    void aHostilePictureMakesNoElementsEither() {
        String name = "</svg></noscript><script>alert(1)</script><img src=x onerror=alert(2)>";
        Document page = Jsoup.parse(new RunReport().html(data(name), pictures(data(name))));
        assertThat(page.select("noscript svg")).hasSize(1);
        assertThat(page.select("img")).isEmpty();
        assertThat(page.select("script"))
                .hasSameSizeAs(Jsoup.parse(new RunReport().html(data("harmless"), Optional.empty()))
                        .select("script"));
    }

    private static Optional<Pictures> pictures(ReportData data) {
        return Optional.of(new FrontChart().draw(data));
    }

    @Test
    void textsArriveWhole() {
        String name = "<img src=x onerror=alert(1)> \"&amp;'";
        Document page = Jsoup.parse(new RunReport().html(data(name), pictures(data(name))));
        assertThat(page.select("h1").text()).isEqualTo(name);
        assertThat(page.select("#front-table tbody th").first().ownText()).isEqualTo(name);
        assertThat(page.select("#other-layers tbody th").text()).isEqualTo(name);
        assertThat(page.select("#other-layers tbody td").text()).isEqualTo(name);
        assertThat(page.select("#provenance dt").text()).isEqualTo(name + "." + name);
        assertThat(page.select("#provenance dd").text()).isEqualTo(name);
    }

    /** For a look in a browser: nothing may pop up, nothing may be fetched. */
    @Test
    void leavesAHostileReportToLookAt() throws IOException {
        Path target = Files.createDirectories(Path.of("target"));
        String name = "</script><script>alert(1)</script><img src=x onerror=alert(2)>{a|b}";
        Path page = target.resolve("hostile-report.html");
        Files.writeString(page, new RunReport().html(data(name), pictures(data(name))));
        assertThat(page).isNotEmptyFile();
    }

    @Test
    void scriptsCannotEndEarly() {
        PageScript script = new PageScript("a='</SCRIPT>'; b='<!--'; c=1<2;\r\n");
        assertThat(script.text()).isEqualTo("a='\\x3c/SCRIPT>'; b='\\x3c!--'; c=1<2;\n");
        assertThat(PageScript.echarts().text()).doesNotContain("<!--").doesNotContainIgnoringCase("</script");
    }

    private static ReportData data(String name) {
        Map<String, String> assignment = new LinkedHashMap<>();
        assignment.put("model.layers.0.self_attn.q_proj", "3");
        assignment.put(name, name);
        FrontPoint sample = SampleRun.point(name, name, 3, 1);
        FrontPoint point =
                new FrontPoint(name, name, sample.sizeInBytes(), 3, sample.calibration(), sample.holdout(), assignment);
        FrontPoint allocation = SampleRun.point("L" + name, "allocation", 3, 0.5);
        Baselines baselines = new Baselines(
                null,
                List.of(new AtBudget(5_000_000, List.of(new Contender(point, 1, 1), new Contender(allocation, 1, 1)))));
        return new ReportData(
                name,
                new Front(List.of(point)),
                baselines,
                List.of(new GenerationLine(1, 1, 1, 1, 1, 1, 1, null, null, null)),
                Map.of(name, Map.of(name, name)),
                new RunSetup(name, name),
                name);
    }

    /** Every element with the names of its attributes, in document order. */
    private static List<String> skeleton(Document page) {
        return page.getAllElements().stream().map(RunReportEscapingTest::shape).toList();
    }

    private static String shape(Element element) {
        return element.tagName()
                + element.attributes().asList().stream().map(a -> a.getKey()).toList();
    }
}
