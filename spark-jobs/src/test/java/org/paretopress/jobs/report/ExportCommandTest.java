package org.paretopress.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
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

    private static String first(String run, FrontPoint point) {
        return ExportCommand.of(run, point).get(0).text();
    }

    @Test
    void plainNamesNeedNoQuotes() {
        assertThat(ExportCommand.of("runs/books/", point("P-17", "3", "sparse:0.5")))
                .extracting(ExportCommand::text)
                .containsExactly(
                        "submit/paretopress export runs/books/ --point=P-17 --format=hf --to=books-P-17-hf",
                        "submit/paretopress export runs/books/ --point=P-17 --format=gguf --to=books-P-17.gguf",
                        "submit/paretopress export runs/books/ --point=P-17 --format=compressed-tensors"
                                + " --to=books-P-17-compressed-tensors",
                        "submit/paretopress export runs/books/ --point=P-17 --format=evopress --to=books-P-17.txt");
    }

    @Test
    void whatGgufHoldsAsItIsIsOfferedAsGguf() {
        assertThat(first("hdfs://host:9000/runs/books", point("P-17", "Q2_K", "Q4_0", "dense", "drop")))
                .isEqualTo("submit/paretopress export hdfs://host:9000/runs/books --point=P-17 --format=gguf"
                        + " --to=books-P-17.gguf");
    }

    @Test
    void uniformGridsAreOfferedAsPackedIntegers() {
        assertThat(first("runs/books", point("P", "3", "8", "dense"))).contains("--format=compressed-tensors ");
        assertThat(first("runs/books", point("P", "3", "drop"))).contains("--format=hf ");
    }

    @Test
    void otherNamesAreOneShellWordEach() throws Exception {
        String run = "a b$(touch x)'\"`;\n*";
        String command = first(run, point("/-", "rank:3")).replace("submit/paretopress", "printf '%s|'");
        Process shell = new ProcessBuilder("sh", "-c", command).start();
        assertThat(new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("export|" + run + "|--point=/-|--format=hf|--to=" + run + "-_--hf|");
        assertThat(shell.waitFor()).isZero();
    }
}
