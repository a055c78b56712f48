package org.paretopress.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code report RUN RUN --to FILE.html}. */
class ComparisonTest {

    @TempDir
    private Path folder;

    private final String run = SmallRun.finished().output().toString();

    private Command compare(String other, String to) {
        return Command.run("report", run, other, "--to", to, "--json");
    }

    /** A finished run beside the page, with one file another. */
    private Path copy(String from, String to) throws IOException {
        Path copy = Files.createDirectories(folder.resolve("other run"));
        for (String name : List.of("config.yaml", "front.json", "baselines.json", "provenance.json", "report.html")) {
            String text = SmallRun.finished().read(name);
            Files.writeString(copy.resolve(name), name.equals("baselines.json") ? text.replace(from, to) : text);
        }
        return copy;
    }

    @Test
    void theAnswerGainsThePage() throws IOException {
        Path page = folder.resolve("pages/comparison.html");
        Path other = copy("", "");
        JsonNode plain = Command.run("report", run, other.toString(), "--json").json();
        JsonNode answer = compare(other.toString(), page.toString()).json();
        assertThat(answer.path("report").asText()).isEqualTo("file:" + page);
        assertThat(answer.path("runs")).hasSize(2).isEqualTo(plain.path("runs"));
        assertThat(answer.path("referenceKl")).isEqualTo(plain.path("referenceKl"));
        assertThat(plain.has("report")).isFalse();

        Document html = Jsoup.parse(page.toFile());
        assertThat(html.select("h1").text()).isEqualTo("2 runs");
        assertThat(html.select("#runs-table tbody tr")).hasSize(4);
        assertThat(html.select("#runs-table tbody a").eachAttr("href"))
                .hasSize(4)
                .contains("../other%20run/report.html")
                .allSatisfy(link -> assertThat(Path.of(page.toUri().resolve(URI.create(link))))
                        .exists());
        assertThat(Command.run("report", run, other.toString(), "--to", page.toString())
                        .succeeded()
                        .err())
                .contains("hypervolume", "Report: " + page);
    }

    @Test
    void runsOfOtherModelsAreComparedInGroups() throws IOException {
        Path page = folder.resolve("comparison.html");
        long size = new ObjectMapper()
                .readTree(SmallRun.finished().read("baselines.json"))
                .at("/dense/sizeInBytes")
                .asLong();
        Path other = copy("\"sizeInBytes\" : " + size, "\"sizeInBytes\" : " + (size + 1));
        Files.delete(other.resolve("report.html"));
        JsonNode answer = compare(other.toString(), page.toString()).json();
        assertThat(answer.path("groups")).hasSize(2);
        assertThat(answer.path("groups")
                        .path(1)
                        .path("runs")
                        .path(0)
                        .path("run")
                        .asText())
                .isEqualTo(other.toString());
        Document html = Jsoup.parse(page.toFile());
        assertThat(html.select("h3").eachText()).containsExactly("Group 1", "Group 2");
        assertThat(html.select("#runs-table tbody a")).hasSize(2);
    }

    @Test
    void whatCannotBeComparedIsRefused() {
        Path page = folder.resolve("page.html");
        Command one = Command.run("report", run, "--to", page.toString());
        assertThat(one.code()).isEqualTo(2);
        assertThat(one.err()).contains("--to " + page, "Maybe").doesNotContain("\tat ");
        assertThat(page).doesNotExist();

        Command folderGiven = compare(run, folder.toString());
        assertThat(folderGiven.code()).isEqualTo(2);
        assertThat(folderGiven.err()).contains("--to " + folder + " does not end with .html", "Maybe");
    }
}
