package org.paretopress.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RelativeLinkTest {

    @ParameterizedTest
    @CsvSource({
        "/runs/page.html, /runs/a/report.html, a/report.html",
        "/runs/pages/page.html, /runs/a/report.html, ../a/report.html",
        "/page.html, /runs/a/report.html, runs/a/report.html",
        "/runs/a/page.html, /runs/a/report.html, report.html",
        "/x/y/page.html, /runs/a/report.html, ../../runs/a/report.html",
        "/runs/page.html, /report.html, ../report.html",
        "/runs/a, /runs/a/report.html, a/report.html"
    })
    void leadsFromPageToFile(String page, String file, String link) {
        assertThat(RelativeLink.between(new Path("file:" + page), new Path("file:" + file)))
                .isEqualTo(link);
        assertThat(URI.create("file:" + page).resolve(link)).isEqualTo(URI.create("file:" + file));
    }

    @Test
    void noneLeadsToAnotherFileSystem() {
        Path page = new Path("file:/runs/page.html");
        assertThat(RelativeLink.between(page, new Path("hdfs://host/runs/a/report.html")))
                .isEmpty();
        assertThat(RelativeLink.between(new Path("hdfs://one/page.html"), new Path("hdfs://other/report.html")))
                .isEmpty();
    }

    /** A browser takes none of these for a scheme, a query or an anchor. */
    @ParameterizedTest
    @ValueSource(
            strings = {"javascript:alert(1)", "a%2Fb", "a#b", "a?b", "a b", "ä", "a\"b<c>", "strategy=a,bits=3", "..."})
    void aNameStaysAName(String name) {
        String link = RelativeLink.of(name + "/report.html");
        URI resolved = URI.create("file:/runs/sweep/page.html").resolve(link);
        assertThat(resolved.getScheme()).isEqualTo("file");
        assertThat(resolved.getPath()).isEqualTo("/runs/sweep/" + name + "/report.html");
        assertThat(resolved.getQuery()).isNull();
        assertThat(resolved.getFragment()).isNull();
    }
}
