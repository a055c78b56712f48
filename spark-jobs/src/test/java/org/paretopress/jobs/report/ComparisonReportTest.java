package org.paretopress.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.paretopress.jobs.run.Baselines;
import org.paretopress.jobs.run.Baselines.AtBudget;
import org.paretopress.jobs.run.Baselines.Contender;
import org.paretopress.jobs.run.Baselines.WholeFront;
import org.paretopress.jobs.run.FrontPoint;
import org.paretopress.jobs.run.FrontPoint.Quality;

/** Sentences and tables against values computed by hand. */
class ComparisonReportTest {

    private static final long MB = 1_000_000;

    private static FrontPoint point(String strategy, long size, double kl) {
        Quality quality = new Quality(kl, 20);
        return new FrontPoint(strategy + "-" + size, strategy, size, 3, quality, quality, Map.of());
    }

    /** Of the model whose perplexity is {@code dense}: one budget for each KL, of 3 MB, 4 MB and so on. */
    private static ComparedRun run(String name, String strategy, double dense, double... kls) {
        List<AtBudget> budgets = new ArrayList<>();
        for (int i = 0; i < kls.length; i++) {
            long size = (3 + i) * MB;
            List<Contender> contenders = new ArrayList<>();
            contenders.add(new Contender(point(strategy, size, kls[i]), 10, 1000 + i));
            contenders.add(new Contender(point("allocation", size - 1, 0.01), 5, 77));
            budgets.add(new AtBudget(size, contenders));
        }
        return new ComparedRun(name, "done", "", name + "/report.html", strategy, new Baselines(dense(dense), budgets));
    }

    private static FrontPoint dense(double perplexity) {
        return new FrontPoint("dense", "dense", 32 * MB, 16, new Quality(0, 9), new Quality(0, perplexity), Map.of());
    }

    private static Document page(ComparedRun... runs) {
        return Jsoup.parse(new ComparisonReport().html("Sweep", "runs/sweep", "cells", List.of(runs)));
    }

    private static List<List<String>> rows(Document page) {
        return page.select("#runs-table tbody tr").stream()
                .map(row -> row.children().eachText())
                .toList();
    }

    private static JsonNode data(Document page) throws IOException {
        return new ObjectMapper().readTree(page.select("#report-data").first().data());
    }

    @Test
    void saysWhoReachedMost() {
        // Below 5,000,001 bytes and 0.6 nats: a has 2,000,001 × 0.1 + 1,000,001 × 0.3 + 1 × 0.1 = 500,000.5,
        // b 1,000,001 × 0.3 + 1 × 0.2 = 300,000.5, which is 1.66667 times less.
        Document page = page(run("b", "evopress", 12.4, 0.6, 0.3, 0.1), run("a", "evopress", 12.4, 0.5, 0.2, 0.1));
        assertThat(page.select(".verdict").text())
                .isEqualTo("All 2 cells have a result; they share the model and the held-out text.");
        assertThat(page.select(".judgements li").eachText())
                .containsExactly(
                        "a has the largest hypervolume of 2 runs with several points on held-out text, 1.667 times that of b.",
                        "At 3.00 MB a is lowest of 2 runs: it loses 0.5000 nats of KL, 17% less than b.",
                        "At 4.00 MB a is lowest of 2 runs: it loses 0.2000 nats of KL, 33% less than b.",
                        "At 5.00 MB all 2 runs lose 0.1000 nats of KL.");
        List<Double> hypervolumes = page.select("#runs-table tbody td:last-child data").eachAttr("value").stream()
                .map(Double::valueOf)
                .toList();
        assertThat(hypervolumes).hasSize(6);
        assertThat(hypervolumes.subList(0, 3))
                .allSatisfy(value -> assertThat(value).isCloseTo(300_000.5, offset(1e-6)));
        assertThat(hypervolumes.subList(3, 6))
                .allSatisfy(value -> assertThat(value).isCloseTo(500_000.5, offset(1e-6)));
    }

    @Test
    void countsManyBudgets() {
        Document page = page(
                run("a", "evopress", 12.4, 0.9, 0.8, 0.5, 0.1, 0.05),
                run("b", "greedy", 12.4, 0.8, 0.7, 0.6, 0.1, 0.06),
                run("c", "greedy", 12.4, 0.99, 0.9));
        assertThat(page.select(".judgements li").last().text())
                .isEqualTo("Of 5 budgets that several runs share, b is lowest at 2, a is lowest at 2,"
                        + " no single run is lowest at 1.");
    }

    @Test
    void saysWhoIsLowestThroughout() {
        Document page =
                page(run("a", "evopress", 12.4, 0.9, 0.8, 0.5, 0.1), run("b", "greedy", 12.4, 0.8, 0.7, 0.4, 0.09));
        assertThat(page.select(".judgements li").last().text())
                .isEqualTo("b is lowest at all 4 budgets that several runs share.");
    }

    @Test
    void singlePointsHaveNoHypervolumeAndBudgetsOfOneRunNoWinner() {
        Document page = page(run("a", "evopress", 12.4, 0.5), run("b", "evopress", 13.4, 0.6));
        assertThat(page.select(".judgements")).isEmpty();
        assertThat(rows(page))
                .containsExactly(
                        List.of(
                                "a",
                                "1",
                                "done",
                                "evopress",
                                "3.00 MB",
                                "3.00 MB",
                                "3.00",
                                "0.5000",
                                "20.00",
                                "1,000",
                                "1",
                                "–"),
                        List.of(
                                "b",
                                "2",
                                "done",
                                "evopress",
                                "3.00 MB",
                                "3.00 MB",
                                "3.00",
                                "0.6000",
                                "20.00",
                                "1,000",
                                "1",
                                "–"));
    }

    @Test
    void runsOfAnotherModelAreAGroupOfTheirOwn() throws IOException {
        Document page = page(
                run("a", "evopress", 12.4, 0.5, 0.3),
                run("b", "evopress", 13.4, 0.6, 0.3),
                run("c", "evopress", 12.4 + 1e-7, 0.4, 0.2),
                ComparedRun.failed("d", "failed", "no such level"));
        assertThat(page.select(".verdict").text())
                .isEqualTo("3 of 4 cells have a result, 1 failed; they are of 2 models or held-out texts, and compared"
                        + " within each.");
        assertThat(page.select("h3").eachText()).containsExactly("Group 1", "Group 2");
        assertThat(page.select("[data-group]").stream().map(group -> group.select(".name").stream()
                        .map(Element::ownText)
                        .toList()))
                .containsExactly(List.of("a", "c"), List.of("b"));
        assertThat(page.select(".judgements li").eachText())
                .allSatisfy(
                        sentence -> assertThat(sentence).startsWith("Group 1: ").doesNotContain("b"));
        assertThat(data(page).at("/groups/0/runs")).hasSize(2);
        assertThat(data(page).at("/groups/1/runs/0/searched/0/kl").asDouble()).isEqualTo(0.6);
    }

    @Test
    void failedRunsComeLastWithTheirReason() {
        Document page = page(
                ComparedRun.failed("broken", "failed", "levels.bits = 1 is not known.\nMaybe 2 was meant."),
                run("a", "evopress", 12.4, 0.5));
        assertThat(page.select(".verdict").text()).isEqualTo("1 of 2 cells have a result, 1 failed.");
        assertThat(rows(page).get(1))
                .containsExactly("broken", "failed", "levels.bits = 1 is not known. Maybe 2 was meant.");
        assertThat(page.select("#runs-table tbody a").eachAttr("href")).containsExactly("a/report.html");
        int columns = page.select("#runs-table thead th").size();
        assertThat(page.select("#runs-table tbody tr"))
                .allSatisfy(row -> assertThat(width(row)).isEqualTo(columns));
    }

    private static int width(Element row) {
        return row.children().stream()
                .mapToInt(cell -> cell.hasAttr("colspan") ? Integer.parseInt(cell.attr("colspan")) : 1)
                .sum();
    }

    @Test
    void onlyFailedRunsStillMakeAPage() {
        Document page = page(ComparedRun.failed("broken", "failed", "why"));
        assertThat(page.select(".verdict").text()).isEqualTo("0 of 1 cells have a result, 1 failed.");
        assertThat(page.select(".multiples")).isEmpty();
        assertThat(rows(page)).containsExactly(List.of("broken", "failed", "why"));
    }

    @Test
    void aFrontHasARowOfItsOwn() throws IOException {
        List<FrontPoint> points = List.of(point("pareto", 5 * MB, 0.1), point("pareto", 3 * MB, 0.4));
        Baselines baselines = new Baselines(
                dense(12.4),
                List.of(new AtBudget(
                        4 * MB,
                        List.of(
                                new Contender(points.get(1), 9, 900),
                                new Contender(point("allocation", 4 * MB, 0.3), 1, 1)))),
                new WholeFront(points, 9, 900, 0, 0, 1, 1, 0, 0));
        Document page = page(new ComparedRun("front", "done", "", "", "pareto", baselines));
        // 2,000,001 bytes × (0.4 − 0.4) + 1 byte × (0.4 − 0.1)
        String hypervolume = Display.loss(0.3e-6);
        assertThat(rows(page))
                .containsExactly(
                        List.of("front", "done", "pareto", "–", "–", "–", "–", "–", "900", "2", hypervolume),
                        List.of(
                                "front",
                                "done",
                                "pareto",
                                "4.00 MB",
                                "3.00 MB",
                                "3.00",
                                "0.4000",
                                "20.00",
                                "900",
                                "2",
                                hypervolume));
        assertThat(page.select("#runs-table a")).isEmpty();
        assertThat(page.select(".chart").attr("aria-label"))
                .isEqualTo("front: 2 points from 3.00 MB with KL 0.4000 to 5.00 MB with KL 0.1000.");
        JsonNode drawn = data(page).at("/groups/0/runs/0");
        assertThat(drawn.path("searched").findValuesAsText("size")).containsExactly("3000000.0", "5000000.0");
        assertThat(drawn.path("allocations").findValuesAsText("kl")).containsExactly("0.3");
    }

    @Test
    void aLossThatIsNoNumberIsShownAndCountsNothing() throws IOException {
        Document page = page(
                run("a", "evopress", 12.4, Double.NaN, Double.POSITIVE_INFINITY), run("b", "evopress", 12.4, 0.5, 0.3));
        assertThat(rows(page).get(0)).contains("not a number");
        assertThat(rows(page).get(1)).contains("∞");
        assertThat(page.select(".judgements")).isEmpty();
        assertThat(data(page).at("/groups/0/runs/0/searched")).isEmpty();
        assertThat(page.select(".chart").first().attr("aria-label")).isEqualTo("a: no point with a finite KL.");
    }

    @Test
    void aRunWithoutAPointOfItsOwnHasARow() {
        assertThat(rows(page(run("a", "evopress", 12.4))))
                .containsExactly(List.of("a", "done", "evopress", "–", "–", "–", "–", "–", "0", "0", "–"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<img src=x onerror=alert(1)>",
                "</script><script>alert(1)</script>",
                "\" onmouseover=\"alert(1)",
                "' autofocus onfocus='alert(1)",
                "a\nb\r\nc\u2028d",
                "{{page}}{{{data}}}",
                "javascript:alert(1)",
                "]]>&lt;b&gt;&amp;\u0000"
            })
    void hostileNamesMakeNoElements(String name) throws IOException {
        Document hostile = named(name);
        assertThat(skeleton(hostile)).isEqualTo(skeleton(named("harmless")));
        assertThat(data(hostile).at("/groups/0/runs/0/searched/0/id").textValue())
                .isEqualTo(name);
        assertThat(hostile.select("#runs-table a").eachAttr("href"))
                .hasSize(1)
                .noneMatch(link -> link.startsWith("javascript:"));
    }

    private static Document named(String name) {
        FrontPoint point = new FrontPoint(name, name, MB, 3, new Quality(1, 1), new Quality(1, 1), Map.of());
        Baselines baselines = new Baselines(dense(9), List.of(new AtBudget(MB, List.of(new Contender(point, 1, 1)))));
        List<ComparedRun> runs = List.of(
                new ComparedRun(name, name, name, RelativeLink.of(name + "/report.html"), name, baselines),
                ComparedRun.failed(name, name, name));
        return Jsoup.parse(new ComparisonReport().html(name, name, name, runs));
    }

    /** Every element with the names of its attributes, in document order. */
    private static List<String> skeleton(Document page) {
        return page.getAllElements().stream()
                .map(element -> element.tagName()
                        + element.attributes().asList().stream()
                                .map(Map.Entry::getKey)
                                .toList())
                .toList();
    }
}
