package org.paretopress.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Leaves pages to look at: {@code target/sample-sweep.html} and others. */
class SampleComparisonTest {

    @Test
    void writesPagesOfSampleRuns() throws IOException {
        write("sample-sweep.html", "Sweep", "runs/sweep", SampleRuns.sweep());
        write("sample-comparison.html", "Comparison", "13 runs", SampleRuns.ofTwoModels());
        write("sample-large-sweep.html", "Sweep", "runs/sixty", SampleRuns.fronts(60));
    }

    @Test
    void givesTheSameBytesTwice() {
        assertThat(new ComparisonReport().html("Sweep", "runs/sweep", "cells", SampleRuns.sweep()))
                .isEqualTo(new ComparisonReport().html("Sweep", "runs/sweep", "cells", SampleRuns.sweep()));
    }

    private static void write(String file, String kind, String heading, List<ComparedRun> runs) throws IOException {
        Path page = Files.createDirectories(Path.of("target")).resolve(file);
        Files.writeString(page, new ComparisonReport().html(kind, heading, "cells", runs));
        assertThat(page).isNotEmptyFile();
    }
}
