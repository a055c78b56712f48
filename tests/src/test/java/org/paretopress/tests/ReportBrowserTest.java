package org.paretopress.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.paretopress.jobs.report.FrontChart;
import org.paretopress.jobs.report.ReportData;
import org.paretopress.jobs.report.RunReport;
import org.paretopress.jobs.run.Front;
import org.paretopress.jobs.run.FrontPoint;
import org.paretopress.jobs.run.FrontPoint.Quality;

/** Opens reports in headless Chromium, and looks at the page as it is after its scripts ran. Skipped without Chromium. */
class ReportBrowserTest {

    @TempDir
    private Path folder;

    /** What the browser made of a page, and what it wrote to its console. */
    private record Opened(Document page, List<String> console) {}

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
        ReportData data =
                new ReportData(name, name, new Front(List.of(point)), null, null, Map.of(name, name), name, name);
        String html = new RunReport().html(data, Optional.of(new FrontChart().draw(data)));
        return Files.writeString(folder.resolve("report.html"), html);
    }

    private Opened open(Path page) throws IOException, InterruptedException {
        Path output = folder.resolve("page.html");
        Path errors = folder.resolve("errors.txt");
        Process browser = new ProcessBuilder(
                        chromium().toString(),
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--enable-logging=stderr",
                        "--virtual-time-budget=5000",
                        "--user-data-dir=" + folder.resolve("profile"),
                        "--dump-dom",
                        page.toUri().toString())
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start();
        boolean ended = browser.waitFor(2, TimeUnit.MINUTES);
        browser.destroyForcibly();
        assertThat(ended).as("Chromium ends by itself").isTrue();
        List<String> console = Files.readString(errors, StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.contains(":CONSOLE"))
                .toList();
        return new Opened(Jsoup.parse(Files.readString(output, StandardCharsets.UTF_8)), console);
    }

    private static Path chromium() {
        Optional<Path> found = Stream.of("chromium", "chromium-browser", "google-chrome")
                .map(name -> Path.of("/usr/bin", name))
                .filter(Files::isExecutable)
                .findFirst();
        assumeTrue(found.isPresent(), "skipped: there is no Chromium");
        return found.get();
    }
}
