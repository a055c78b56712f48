package org.paretopress.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.paretopress.jobs.report.ComparedRun;
import org.paretopress.jobs.report.ComparisonReport;
import org.paretopress.jobs.run.Baselines;
import org.paretopress.jobs.run.Baselines.AtBudget;
import org.paretopress.jobs.run.Baselines.Contender;
import org.paretopress.jobs.run.FrontPoint;
import org.paretopress.jobs.run.FrontPoint.Quality;
import org.paretopress.tests.Chromium.Opened;

/** Opens comparisons in headless Chromium and uses them as a reader would. Skipped without Chromium. */
class ComparisonBrowserTest {

    private static final String HOSTILE =
            "=HYPERLINK(\"https://example.org\"),</script><script>document.title='owned'</script>";

    @TempDir
    private Path folder;

    private static ComparedRun run(String name, double kl, long tokens) {
        return run(name, kl, tokens, 1_000_000);
    }

    private static ComparedRun run(String name, double kl, long tokens, long size) {
        Contender searched = new Contender(point("evopress", size, kl), 1, tokens);
        Contender allocated = new Contender(point("allocation", size - 1, kl * 1.1), 1, 1);
        AtBudget budget = new AtBudget(size, List.of(searched, allocated));
        return new ComparedRun(
                name,
                "done",
                "",
                "x/report.html",
                "evopress",
                new Baselines(point("dense", 4_000_000, 0), List.of(budget)));
    }

    private static FrontPoint point(String strategy, long size, double kl) {
        Quality quality = new Quality(kl, 20);
        return new FrontPoint(strategy, strategy, size, 3, quality, quality, Map.of());
    }

    private static String page(List<ComparedRun> runs) {
        return new ComparisonReport().html("Sweep", "runs/sweep", "cells", runs);
    }

    /** Texts and numbers whose orders differ: 9 comes after 10 as a text, a small loss in scientific notation after all. */
    private static List<ComparedRun> unsorted() {
        return List.of(
                run("seed=10", 0.25, 9_000),
                ComparedRun.failed("a broken one", "failed", "it had \"no\" text,\nMaybe later."),
                run("seed=9", 0.000_012_345_678_901_234, 10_000),
                run("Äpfel", Double.NaN, 800),
                run("seed=11", 0.25, 7));
    }

    private Opened opened(List<ComparedRun> runs, String script, String... options)
            throws IOException, InterruptedException {
        return new Chromium(folder).open(page(runs), script, options);
    }

    /** Presses the buttons of headings, one after another. */
    private static String sortBy(String... columns) {
        StringBuilder script = new StringBuilder();
        for (String column : columns) {
            script.append("document.querySelector('th[data-name=%s] button').click();".formatted(column));
        }
        return script.toString();
    }

    private static List<String> names(Opened opened) {
        return opened.page().select("#runs-table tbody th").eachText();
    }

    @Test
    void numbersSortByValueAndTextsByLanguage() throws IOException, InterruptedException {
        Opened byKl = opened(unsorted(), sortBy("holdoutKl"));
        assertThat(byKl.console()).isEmpty();
        assertThat(names(byKl)).containsExactly("seed=9", "seed=10", "seed=11", "Äpfel", "a broken one");
        assertThat(byKl.page().select("th[aria-sort]").eachAttr("data-name")).containsExactly("holdoutKl");
        assertThat(byKl.page().select("th[aria-sort]").attr("aria-sort")).isEqualTo("ascending");

        Opened descending = opened(unsorted(), sortBy("holdoutKl", "holdoutKl"));
        assertThat(names(descending)).containsExactly("seed=10", "seed=11", "seed=9", "Äpfel", "a broken one");
        assertThat(descending.page().select("th[aria-sort]").attr("aria-sort")).isEqualTo("descending");

        assertThat(names(opened(unsorted(), sortBy("tokensEvaluated"))))
                .containsExactly("seed=11", "Äpfel", "seed=10", "seed=9", "a broken one");
        assertThat(names(opened(unsorted(), sortBy("run"))))
                .containsExactly("Äpfel", "seed=9", "seed=10", "seed=11", "a broken one");
    }

    /** Rows that are equal in one column stay as another column ordered them. */
    @Test
    void sortingKeepsAnEarlierOrder() throws IOException, InterruptedException {
        Opened opened = opened(unsorted(), sortBy("tokensEvaluated", "holdoutKl"));
        assertThat(names(opened)).containsExactly("seed=9", "seed=11", "seed=10", "Äpfel", "a broken one");
        assertThat(opened.page().select("th[aria-sort]")).hasSize(1);
    }

    @Test
    void everyControlIsReachedByKeyboard() throws IOException, InterruptedException {
        Opened opened = opened(
                unsorted(),
                "document.querySelectorAll('button').forEach((one) => { one.focus();"
                        + " one.dataset.reached = String(document.activeElement === one); });");
        assertThat(opened.page().select("thead th"))
                .allSatisfy(heading -> assertThat(heading.select("button")).hasSize(1));
        assertThat(opened.page().select("button[data-reached=true]")).hasSize(2 + 11);
        assertThat(opened.page().select("button[data-reached=false]")).isEmpty();
    }

    @Test
    void theTableLeavesAsCsvInTheOrderShown() throws IOException, InterruptedException {
        List<ComparedRun> runs = new ArrayList<>(unsorted());
        runs.set(0, run(HOSTILE, 0.25, 9_000));
        runs.set(4, run("@a,b", 0.1 + 0.2, 7));
        Opened opened = opened(runs, sortBy("holdoutKl") + "document.getElementById('runs-csv').click();");
        assertThat(opened.console()).isEmpty();
        assertThat(opened.page().title()).isNotEqualTo("owned");
        String csv = Files.readString(new Chromium(folder).downloads().resolve("comparison.csv"));
        assertThat(csv)
                .isEqualTo(String.join(
                        "\r\n",
                        "run,state,strategy,budgetInBytes,sizeInBytes,averageBits,holdoutKl,holdoutPerplexity,"
                                + "tokensEvaluated,points,hypervolume,reason",
                        "seed=9,done,evopress,1000000,1000000,3.0,1.2345678901234E-5,20.0,10000,1,,",
                        "\"'=HYPERLINK(\"\"https://example.org\"\"),</script><script>document.title='owned'</script>\",done,"
                                + "evopress,1000000,1000000,3.0,0.25,20.0,9000,1,,",
                        "\"'@a,b\",done,evopress,1000000,1000000,3.0,0.30000000000000004,20.0,7,1,,",
                        "Äpfel,done,evopress,1000000,1000000,3.0,NaN,20.0,800,0,,",
                        "a broken one,failed,,,,,,,,,,\"it had \"\"no\"\" text,\nMaybe later.\"",
                        ""));
    }

    private static List<ComparedRun> sixty() {
        return IntStream.range(0, 60)
                .mapToObj(i -> run("seed=" + i, 0.1 + 0.01 * i, 1, 1_000_000 + 10_000 * i))
                .toList();
    }

    private static long drawn(Opened opened) {
        return opened.page().select(".chart").stream()
                .filter(chart -> !chart.select("svg path").isEmpty())
                .count();
    }

    /** The window shows the first charts alone. */
    @Test
    void chartsAreDrawnWhenTheyComeNear() throws IOException, InterruptedException {
        Opened opened = opened(sixty(), "", "--window-size=1200,800");
        assertThat(opened.console()).isEmpty();
        assertThat(opened.page().select(".chart")).hasSize(60);
        assertThat(drawn(opened)).isBetween(1L, 30L);
    }

    @Test
    void allAreDrawnForPrinting() throws IOException, InterruptedException {
        Opened opened = opened(sixty(), "dispatchEvent(new Event('beforeprint'));", "--window-size=1200,800");
        assertThat(drawn(opened)).isEqualTo(60);
    }

    @Test
    void allAreDrawnByABrowserThatCannotTellWhatIsNear() throws IOException, InterruptedException {
        String page = page(sixty());
        // The page's own script is admitted by its hash, so what a browser lacks is removed by a script before it.
        String lacking = "delete window.IntersectionObserver;";
        Opened opened = new Chromium(folder)
                .open(
                        page.replaceFirst("<script>", "<script>" + lacking + "</script><script>"),
                        lacking,
                        "--window-size=1200,800");
        assertThat(opened.console()).isEmpty();
        assertThat(drawn(opened)).isEqualTo(60);
    }

    @Test
    void oneButtonChangesAllScales() throws IOException, InterruptedException {
        String press = "document.getElementById('runs-log').click();";
        Opened before = opened(sixty(), "");
        Opened after = opened(sixty(), press);
        assertThat(before.page().select("#runs-log").attr("aria-pressed")).isEqualTo("false");
        assertThat(after.page().select("#runs-log").attr("aria-pressed")).isEqualTo("true");
        assertThat(before.page().select("[data-axis]").text()).doesNotContain("log");
        assertThat(after.page().select("[data-axis]").text()).contains("log scale");
        assertThat(after.page().select(".chart").first().html())
                .isNotEqualTo(before.page().select(".chart").first().html());
    }

    @Test
    void aPageOfFailuresAloneWorks() throws IOException, InterruptedException {
        Opened opened = opened(List.of(ComparedRun.failed("a", "failed", "why")), sortBy("run"));
        assertThat(opened.console()).isEmpty();
        assertThat(names(opened)).containsExactly("a");
    }
}
