package org.paretopress.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.paretopress.jobs.report.FrontChart;
import org.paretopress.jobs.report.LivePage;
import org.paretopress.jobs.report.ReportData;
import org.paretopress.jobs.report.ReportServer;
import org.paretopress.jobs.report.RunReport;
import org.paretopress.jobs.report.RunSetup;
import org.paretopress.jobs.run.Front;
import org.paretopress.jobs.run.FrontPoint;
import org.paretopress.jobs.run.FrontPoint.Quality;
import org.paretopress.jobs.run.GenerationLine;
import org.paretopress.jobs.run.Progress;
import org.paretopress.jobs.run.RunDirectory;
import org.paretopress.jobs.storage.Storage;
import org.paretopress.kernels.model.ModelConfig;
import org.paretopress.tests.Chromium.Opened;

/** Opens reports in headless Chromium, and looks at the page as it is after its scripts ran. Skipped without Chromium. */
class ReportBrowserTest {

    @TempDir
    private Path folder;

    @Test
    void theReportOfARunDrawsItsCharts() throws IOException, InterruptedException {
        Opened opened = open(SmallRun.finished().file("report.html"));
        assertThat(opened.console()).isEmpty();
        for (String chart : List.of("#front-chart", "#generations-chart")) {
            assertThat(opened.page().select(chart + " svg path")).hasSizeGreaterThan(5);
        }
        assertThat(opened.page().select("#heat-map td")).isNotEmpty();
        assertThat(opened.page().select("#take-command").text()).contains("submit/paretopress export");
    }

    @Test
    void hostileNamesDoNothing() throws IOException, InterruptedException {
        Opened harmless = open(report("harmless"));
        Opened hostile =
                open(report("</script><script>document.title='owned'</script><img src=x onerror=\"console.log(1)\">"));
        assertThat(hostile.console()).isEmpty();
        assertThat(hostile.page().title()).contains("</script>").isNotEqualTo("owned");
        for (String element : List.of("img", "script", "iframe", "a")) {
            assertThat(hostile.page().select(element))
                    .hasSameSizeAs(harmless.page().select(element));
        }
    }

    /** The other tests would pass on a browser that shows no errors at all. */
    @Test
    void anErrorInAPageIsSeen() throws IOException, InterruptedException {
        Path page = Files.writeString(folder.resolve("broken.html"), "<script>nothing.there()</script>");
        assertThat(open(page).console()).hasSize(1);
    }

    private Path report(String name) throws IOException {
        FrontPoint point =
                new FrontPoint(name, name, 1000, 3, new Quality(0.1, 9), new Quality(0.1, 9), Map.of(name, name));
        ReportData data = new ReportData(
                name, new Front(List.of(point)), null, null, Map.of(name, name), new RunSetup(name, name), name);
        String html = new RunReport().html(data, Optional.of(new FrontChart().draw(data)));
        return Files.writeString(folder.resolve("report.html"), html);
    }

    private Opened open(Path page) throws IOException, InterruptedException {
        return new Chromium(folder).open(page);
    }

    /** The page of a run after a reader has used it. */
    private Opened used(String script) throws IOException, InterruptedException {
        return new Chromium(folder).open(SmallRun.finished().read("report.html"), script);
    }

    private static String set(String id, String value, String event) {
        return "document.getElementById('%s').value = '%s'; document.getElementById('%s').dispatchEvent(new Event('%s'));"
                .formatted(id, value, id, event);
    }

    private static String choose(String id, int index) {
        return "document.getElementById('%s').selectedIndex = %d; document.getElementById('%s').dispatchEvent(new Event('change'));"
                .formatted(id, index, id);
    }

    private static List<FrontPoint> front() {
        return RunDirectory.open(
                        new Storage(new Configuration()),
                        SmallRun.finished().output().toString())
                .front()
                .points();
    }

    @Test
    void thePickerNamesTheLargestPointThatFits() throws IOException, InterruptedException {
        List<FrontPoint> front = front();
        FrontPoint second = front.get(1);
        String unit = set("fits-unit", "1000", "change");
        Opened exactly = used(unit + set("fits-size", Double.toString(second.sizeInBytes() / 1e3), "input"));
        assertThat(exactly.console()).isEmpty();
        assertThat(exactly.page().select("#fits-said").text()).isEqualTo("Point " + second.id() + " fits.");
        assertThat(exactly.page().select("#take-command").text()).contains("--point=" + second.id() + " ");
        assertThat(exactly.page().select("#take-sentence").text()).contains("Point " + second.id() + ": ");
        assertThat(exactly.page().select("#heat-caption").text()).startsWith("Point " + second.id() + ":");

        Opened aByteLess = used(unit + set("fits-size", Double.toString((second.sizeInBytes() - 1) / 1e3), "input"));
        assertThat(aByteLess.page().select("#take-command").text())
                .contains("--point=" + front.get(0).id() + " ");

        Opened none = used(unit + set("fits-size", "0.5", "input"));
        assertThat(none.page().select("#fits-said").text()).startsWith("Nothing here is that small");
    }

    /** Markers of the front lie above those of baselines that are as good, so that they can be chosen. */
    @Test
    void aClickOnTheChartChoosesAPoint() throws IOException, InterruptedException {
        FrontPoint largest = front().get(front().size() - 1);
        Opened opened = used("const box = document.getElementById('front-chart');"
                + "const view = echarts.getInstanceByDom(box);"
                + "const place = view.convertToPixel({ xAxisIndex: 0, yAxisIndex: 0 }, [%s, %s]);"
                        .formatted(
                                largest.sizeInBytes() / 1e6, largest.holdout().kl())
                + "const within = box.getBoundingClientRect();"
                + "for (const kind of ['mousemove', 'mousedown', 'mouseup', 'click']) {"
                + " box.querySelector('svg').dispatchEvent(new MouseEvent(kind, { bubbles: true,"
                + " clientX: within.left + place[0], clientY: within.top + place[1] })); }");
        assertThat(opened.console()).isEmpty();
        assertThat(opened.page().select("#take-command").text()).contains("--point=" + largest.id() + " ");
    }

    @Test
    void aFormatChangesTheCommand() throws IOException, InterruptedException {
        Opened opened = used(set("take-format", "gguf", "change"));
        assertThat(opened.page().select("#take-command").text())
                .contains("--format=gguf")
                .endsWith(".gguf");
    }

    @Test
    void twoPointsAreComparedLayerByLayer() throws IOException, InterruptedException {
        List<FrontPoint> front = front();
        FrontPoint one = front.get(0);
        FrontPoint other = front.get(front.size() - 1);
        Opened opened = used(choose("levels-point", 0) + choose("levels-other", front.size()));
        assertThat(opened.console()).isEmpty();
        long more = 0;
        for (Element cell : opened.page().select("#heat-map td[data-layer]")) {
            String from = one.assignment().get(cell.attr("title"));
            String to = other.assignment().get(cell.attr("title"));
            assertThat(cell.text()).isEqualTo(from.equals(to) ? from : from + " → " + to);
            boolean larger = Integer.parseInt(to) > Integer.parseInt(from);
            assertThat(cell.classNames()).contains(larger ? "more" : from.equals(to) ? "same" : "less");
            more += larger ? 1 : 0;
        }
        assertThat(more).isPositive();
        assertThat(opened.page().select("#levels-difference").text())
                .startsWith("Of 14 layers, " + other.id() + " compresses " + more + " less than " + one.id());
    }

    @Test
    void everyControlIsReachedByKeyboard() throws IOException, InterruptedException {
        Opened opened = used("document.querySelectorAll('details').forEach((one) => { one.open = true; });"
                + "document.querySelectorAll('button, input, select, summary, a, [tabindex]').forEach((one) => {"
                + " if (one.offsetParent === null || one.disabled) return;"
                + " one.focus(); one.dataset.reached = String(document.activeElement === one); });");
        assertThat(opened.page().select("[data-reached=true]")).hasSizeGreaterThan(15);
        assertThat(opened.page().select("[data-reached=false]")).isEmpty();
    }

    /** Choosing a point is what a reader waits for; a page that does it in less than 100 ms feels immediate. */
    @Test
    void aThousandPointsStayFluid() throws IOException, InterruptedException {
        List<FrontPoint> points = IntStream.range(0, 1000)
                .mapToObj(i -> new FrontPoint(
                        "P-" + i,
                        "pareto",
                        1_000_000 + 1000L * i,
                        3,
                        new Quality(1.0 / (i + 1), 9),
                        new Quality(1.0 / (i + 1), 9),
                        assignment(i)))
                .toList();
        ReportData data =
                new ReportData("large", new Front(points), null, null, Map.of(), new RunSetup("", "pareto"), "P-500");
        String html = new RunReport().html(data, Optional.empty());
        Opened opened = new Chromium(folder)
                .open(
                        html,
                        "const began = performance.now(); for (let i = 0; i < 10; i++) {"
                                + choose("take-point", 7)
                                + choose("take-point", 900)
                                + "} document.body.dataset.took = String((performance.now() - began) / 20);");
        assertThat(opened.console()).isEmpty();
        assertThat(opened.page().select("#front-table tbody tr")).hasSize(1000);
        assertThat(opened.page().select("#front-chart svg path")).hasSizeGreaterThan(1000);
        assertThat(opened.page().select("#take-command").text()).contains("--point=P-900 ");
        System.out.println("milliseconds to choose one of 1,000 points: "
                + opened.page().body().attr("data-took"));
    }

    private static Map<String, String> assignment(int point) {
        Map<String, String> assignment = new LinkedHashMap<>();
        for (int block = 0; block < 32; block++) {
            for (String projection : ModelConfig.PROJECTIONS) {
                assignment.put(ModelConfig.layerName(block, projection), Integer.toString(2 + (point + block) % 5));
            }
        }
        return assignment;
    }

    private static final int FIRST_ANSWERS = 4;

    /** The page asks again by itself; here every answer tells of one generation more, until the search has ended. */
    private Opened followed(String script, boolean ends) throws IOException, InterruptedException {
        RunDirectory run = RunDirectory.prepare(
                new Storage(new Configuration()),
                folder.resolve("run").toString(),
                "model: m\ncalibration: {text: [t]}\nlevels: {quantization: {bits: [2, 3]}}\noutput: o\n",
                RunDirectory.Mode.fresh);
        Progress progress = new Progress(System.err, false);
        List<GenerationLine> lines = new ArrayList<>();
        try (ReportServer server = ReportServer.open("0")) {
            server.show(path -> {
                if (!path.equals("/")) {
                    return Optional.empty();
                }
                if (lines.size() == FIRST_ANSWERS && ends) {
                    return Optional.of(
                            new LivePage("last", () -> SmallRun.finished().read("report.html")));
                }
                if (lines.size() < FIRST_ANSWERS) {
                    lines.add(new GenerationLine(
                            1_500_000, lines.size(), 0.25, 1, 10L * lines.size(), 1, 1, null, null, null));
                    run.write(lines);
                }
                LivePage page = LivePage.ofRunning(run, "runs/a", progress);
                return Optional.of(new LivePage(
                        page.version(), () -> Chromium.driven(page.html().get(), script)));
            });
            Opened opened = new Chromium(folder).open(server.address(), "--virtual-time-budget=20000");
            assertThat(opened.console()).isEmpty();
            assertThat(lines).hasSize(FIRST_ANSWERS);
            return opened;
        }
    }

    @Test
    void aLivePageFollowsTheSearchToItsEnd() throws IOException, InterruptedException {
        Opened opened = followed("", true);
        assertThat(opened.page().select("#progress")).isEmpty();
        assertThat(opened.page().select("#front-chart svg path")).hasSizeGreaterThan(5);
        assertThat(opened.page().select("#take-command").text()).contains("submit/paretopress export");
    }

    /** The script runs once, on the first page; the table opened and the axis chosen then are so on the last. */
    @Test
    void aLivePageKeepsWhatTheReaderHasSet() throws IOException, InterruptedException {
        Opened opened = followed(
                "document.querySelector('input[value=generation]').click();"
                        + "document.querySelector('#generation-table').closest('details').querySelector('summary').click();",
                false);
        assertThat(opened.page().select("#generation-table tbody tr:not(.group)"))
                .hasSize(FIRST_ANSWERS);
        assertThat(opened.page().select("details[open] #generation-table")).hasSize(1);
        assertThat(opened.page().select("#generations-chart svg text").eachText())
                .contains("generation")
                .doesNotContain("tokens evaluated");
    }
}
