package org.paretopress.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Leaves a report to look at: {@code target/sample-report.html} and its pictures. */
class SampleReportTest {

    @Test
    void writesTheReportOfASampleRun() throws IOException {
        Path target = Files.createDirectories(Path.of("target"));
        ReportData data = SampleRun.data();
        Pictures pictures = new FrontChart().draw(data);
        Path page = Files.writeString(
                target.resolve("sample-report.html"), new RunReport().html(data, Optional.of(pictures)));
        Files.writeString(target.resolve("sample-front.svg"), pictures.svg());
        Files.write(target.resolve("sample-front.png"), pictures.png());
        assertThat(page).isNotEmptyFile();
    }

    @Test
    void givesTheSameBytesTwice() {
        Pictures first = new FrontChart().draw(SampleRun.data());
        Pictures second = new FrontChart().draw(SampleRun.data());
        assertThat(second.svg()).isEqualTo(first.svg());
        assertThat(second.png()).isEqualTo(first.png());
        assertThat(new RunReport().html(SampleRun.data(), Optional.of(second)))
                .isEqualTo(new RunReport().html(SampleRun.data(), Optional.of(first)));
    }
}
