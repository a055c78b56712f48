package org.paretopress.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.Test;
import org.paretopress.jobs.run.Baselines.Contender;
import org.paretopress.jobs.run.Front;
import org.paretopress.jobs.run.FrontPoint;

class RunReportTest {

    private final ReportData data = SampleRun.data();
    private final Document page = Jsoup.parse(new RunReport().html(data, Optional.of(new FrontChart().draw(data))));

    @Test
    void frontTableHoldsEveryNumberExactly() {
        assertThat(exact(page.select("#front-table tbody data")))
                .isEqualTo(data.front().points().stream()
                        .flatMap(RunReportTest::numbers)
                        .toList());
        assertThat(page.select("#front-table tbody th").eachText()).hasSize(24).contains("P-9 knee", "P-11");
        assertThat(page.select("#front-table .marked th").eachText()).containsExactly("P-9 knee");
    }

    @Test
    void baselineTableHoldsEveryNumberExactly() {
        List<Contender> contenders = data.budgets().stream()
                .flatMap(budget -> budget.contenders().stream())
                .toList();
        assertThat(exact(page.select("#baseline-table td data")))
                .isEqualTo(contenders.stream()
                        .flatMap(contender -> Stream.concat(
                                numbers(contender.point()),
                                Stream.of((double) contender.evaluations(), (double) contender.tokensEvaluated())))
                        .toList());
        assertThat(page.select("#baseline-table .marked td:nth-child(2)").eachText())
                .containsExactly("S-0", "S-1", "L-2");
        assertThat(page.select("#baseline-table .group data").eachAttr("value"))
                .containsExactly("3900000", "5100000", "6600000");
    }

    @Test
    void generationTableHoldsEveryNumberExactly() {
        assertThat(exact(page.select("#generation-table td data")))
                .isEqualTo(data.generations().stream()
                        .flatMap(line -> Stream.of(
                                line.loss(),
                                (double) line.accepted(),
                                (double) line.tokensEvaluated(),
                                (double) line.evaluations(),
                                line.seconds(),
                                line.predictorRank()))
                        .toList());
        assertThat(page.select("#generation-table .stages").first().text()).startsWith("64 × 2,048 → 0.1");
    }

    @Test
    void heatMapShowsTheKnee() {
        FrontPoint knee = data.knee().orElseThrow();
        assertThat(page.select("#heat-map td[data-layer]")).hasSize(84).allSatisfy(cell -> assertThat(cell.text())
                .isEqualTo(knee.assignment().get(cell.attr("title"))));
        assertThat(page.select("#heat-map tbody tr")).hasSize(12);
        assertThat(page.select("#other-layers")).isEmpty();
        assertThat(page.select("#take-command").text())
                .isEqualTo("submit/paretopress export runs/books-12L-3bit --point=P-9"
                        + " --format=compressed-tensors --to=books-12L-3bit-P-9-compressed-tensors");
    }

    @Test
    void theScriptsDataMatchTheFront() throws Exception {
        JsonNode json =
                new ObjectMapper().readTree(page.select("#report-data").first().data());
        assertThat(json.get("points")).hasSize(24 + 15);
        JsonNode first = json.get("points").get(0);
        FrontPoint point = data.front().points().get(0);
        assertThat(first.get("kl").doubleValue()).isEqualTo(point.holdout().kl());
        List<String> levels = new ArrayList<>();
        first.get("levels")
                .forEach(level -> levels.add(
                        json.get("levels").get(level.intValue()).get("name").textValue()));
        assertThat(levels).containsExactlyElementsOf(point.assignment().values());
        assertThat(json.get("generations")).hasSize(3);
    }

    @Test
    void nothingIsFetchedAndOnlyThePagesOwnScriptsMayRun() {
        assertThat(page.select("script[src], img, iframe, object, link:not([href='data:,'])"))
                .isEmpty();
        String policy = page.select("meta[http-equiv=Content-Security-Policy]").attr("content");
        assertThat(policy).startsWith("default-src 'none'; script-src 'sha256-").doesNotContain("http");
        List<Element> scripts = page.select("script:not([type])");
        assertThat(scripts).hasSize(2).allSatisfy(script -> assertThat(policy)
                .contains(new PageScript(script.data()).policyHash()));
    }

    @Test
    void isBuiltForEveryReader() {
        assertThat(page.select("h1")).hasSize(1);
        assertThat(page.select("html").attr("lang")).isEqualTo("en");
        assertThat(page.select("table")).allSatisfy(table -> {
            assertThat(table.select("caption")).hasSize(1);
            assertThat(table.select("th:not([scope])")).isEmpty();
            assertThat(table.parent().attr("tabindex")).isEqualTo("0");
        });
        assertThat(page.select(".chart")).hasSize(2).allSatisfy(chart -> {
            assertThat(chart.attr("role")).isEqualTo("img");
            assertThat(chart.attr("aria-label")).isNotBlank();
        });
        assertThat(page.select("noscript svg")).hasSize(1);
        List<String> ids = page.select("[id]").eachAttr("id");
        assertThat(ids).doesNotHaveDuplicates();
        assertThat(ids).containsAll(page.select("[aria-labelledby]").eachAttr("aria-labelledby"));
        assertThat(ids).containsAll(page.select("label[for]").eachAttr("for"));
    }

    @Test
    void sectionsWithoutContentStayOut() {
        FrontPoint only = SampleRun.point("only", "evopress", 3, 1);
        Document small = page(new Front(List.of(only)), "missing");
        assertThat(small.select("h2").eachText())
                .containsExactly(
                        "Front",
                        "Which point to take",
                        "Levels by layer",
                        "Points of the front",
                        "How far to trust it");
        assertThat(small.select("#take-command").text()).contains("--point=only");
        Document empty = page(new Front(List.of()), null);
        assertThat(empty.select("h2")).isEmpty();
        assertThat(empty.select("main p").text()).startsWith("The front is empty");
    }

    /** Between two points there is no bulge. */
    @Test
    void aFrontWithoutAKneeMarksNone() throws Exception {
        Document page = page(
                new Front(List.of(SampleRun.point("a", "evopress", 3, 1), SampleRun.point("b", "evopress", 4, 1))),
                "b");
        assertThat(page.text()).contains("This front has no knee").doesNotContain("(knee)");
        assertThat(page.select(".tag, #front-table .marked")).isEmpty();
        JsonNode json =
                new ObjectMapper().readTree(page.select("#report-data").first().data());
        assertThat(json.get("hasKnee").booleanValue()).isFalse();
        assertThat(json.get("firstId").textValue()).isEqualTo("b");
    }

    private static Document page(Front front, String knee) {
        return Jsoup.parse(new RunReport()
                .html(
                        new ReportData("run", front, null, null, null, new RunSetup("", "evopress"), knee),
                        Optional.empty()));
    }

    private static List<Double> exact(List<Element> figures) {
        return figures.stream()
                .map(figure -> Double.valueOf(figure.attr("value")))
                .toList();
    }

    private static Stream<Double> numbers(FrontPoint point) {
        return Stream.of(
                (double) point.sizeInBytes(),
                point.averageBits(),
                point.holdout().kl(),
                point.calibration().kl(),
                point.holdout().perplexity(),
                point.calibration().perplexity());
    }
}
