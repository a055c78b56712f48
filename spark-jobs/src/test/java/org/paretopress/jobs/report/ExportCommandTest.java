package org.paretopress.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.paretopress.jobs.run.FrontPoint;

class ExportCommandTest {

    private static FrontPoint point(String id, String... levels) {
        Map<String, String> assignment = new TreeMap<>();
        for (String level : levels) {
            assignment.put("layer" + assignment.size(), level);
        }
        FrontPoint.Quality quality = new FrontPoint.Quality(0, 1);
        return new FrontPoint(id, "evopress", 1, 1, quality, quality, assignment);
    }

    @Test
    void plainNamesNeedNoQuotes() {
        assertThat(ExportCommand.of("runs/books", point("P-17", "3", "Q4_K")))
                .isEqualTo("submit/paretopress export runs/books --point P-17 --format hf --to FOLDER");
    }

    @Test
    void whatGgufHoldsAsItIsIsOfferedAsGguf() {
        assertThat(ExportCommand.of("runs/books", point("P-17", "Q2_K", "Q4_0", "dense", "drop")))
                .isEqualTo("submit/paretopress export runs/books --point P-17 --format gguf --to FILE.gguf");
    }

    @Test
    void otherNamesAreOneShellWordEach() throws Exception {
        String run = "a b$(touch x)'\"`;\n*";
        String command = ExportCommand.of(run, point("", "3")).replace("submit/paretopress", "printf '%s|'");
        Process shell = new ProcessBuilder("sh", "-c", command).start();
        assertThat(new String(shell.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
                .isEqualTo("export|" + run + "|--point||--format|hf|--to|FOLDER|");
        assertThat(shell.waitFor()).isZero();
    }
}
