package org.paretopress.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExportCommandTest {

    @Test
    void plainNamesNeedNoQuotes() {
        assertThat(ExportCommand.of("runs/books", "P-17"))
                .isEqualTo("submit/paretopress export runs/books --point P-17 --format hf --to PATH");
    }

    @Test
    void otherNamesAreOneShellWordEach() throws Exception {
        String run = "a b$(touch x)'\"`;\n*";
        String command = ExportCommand.of(run, "").replace("submit/paretopress", "printf '%s|'");
        Process shell = new ProcessBuilder("sh", "-c", command).start();
        assertThat(new String(shell.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
                .isEqualTo("export|" + run + "|--point||--format|hf|--to|PATH|");
        assertThat(shell.waitFor()).isZero();
    }
}
