package org.paretopress.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Leaves a report to look at: {@code target/sample-report.html} and its pictures. */
class SampleReportTest {

    @Test
    void writesTheReportOfASampleRun() throws IOException {
        Path target = Files.createDirectories(Path.of("target"));
        ReportData data = SampleRun.data();
        Path page = Files.writeString(target.resolve("sample-report.html"), new RunReport().html(data));
        Files.writeString(target.resolve("sample-front.svg"), new FrontChart().svg(data));
        Files.write(target.resolve("sample-front.png"), new FrontChart().png(data));
        assertThat(page).isNotEmptyFile();
    }

    @Test
    void givesTheSameBytesTwice() {
        assertThat(new RunReport().html(SampleRun.data())).isEqualTo(new RunReport().html(SampleRun.data()));
        assertThat(new FrontChart().svg(SampleRun.data())).isEqualTo(new FrontChart().svg(SampleRun.data()));
        assertThat(new FrontChart().png(SampleRun.data())).isEqualTo(new FrontChart().png(SampleRun.data()));
    }
}
