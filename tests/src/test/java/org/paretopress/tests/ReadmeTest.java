package org.paretopress.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs every command of the README that needs no cluster and no GPU, in order, as a user in a fresh folder would. */
class ReadmeTest {

    private static final Path ROOT = Path.of(System.getProperty("repository.root", ".."))
            .toAbsolutePath()
            .normalize();

    @Test
    void everyCommandWorks(@TempDir Path folder) throws IOException, InterruptedException {
        Files.createSymbolicLink(folder.resolve("submit"), ROOT.resolve("submit"));
        Files.createSymbolicLink(folder.resolve("conf"), ROOT.resolve("conf"));
        List<String> commands = commands();
        assertThat(commands).hasSizeGreaterThan(5);
        for (String command : commands) {
            run(folder, command);
        }
        assertThat(folder.resolve("runs/demo/report.html")).isNotEmptyFile();
        assertThat(folder.resolve("runs/demo-3bit/model.safetensors")).isNotEmptyFile();
        assertThat(folder.resolve("runs/demo-3bit.txt")).isNotEmptyFile();
        whatTheReportSaysToRunWorks(folder);
    }

    /** The point is taken, and the search run again has the same points, bit for bit. */
    private static void whatTheReportSaysToRunWorks(Path folder) throws IOException, InterruptedException {
        Document report = Jsoup.parse(folder.resolve("runs/demo/report.html"));
        run(folder, report.select("#take-command").text());
        assertThat(folder.resolve("demo-evopress-1-compressed-tensors/model.safetensors"))
                .isNotEmptyFile();
        run(folder, report.select("#again-command").text());
        assertThat(folder.resolve("runs/demo-again/front.json"))
                .hasSameTextualContentAs(folder.resolve("runs/demo/front.json"));
    }

    /** The lines of all blocks that are marked as shell. */
    private static List<String> commands() throws IOException {
        List<String> commands = new ArrayList<>();
        boolean shell = false;
        for (String line : Files.readAllLines(ROOT.resolve("README.md"))) {
            if (line.startsWith("```")) {
                shell = line.equals("```sh");
            } else if (shell) {
                commands.add(line);
            }
        }
        return commands;
    }

    private static void run(Path folder, String command) throws IOException, InterruptedException {
        Path output = folder.resolve("output.txt");
        ProcessBuilder shell = new ProcessBuilder("bash", "-c", command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        shell.environment().remove("SPARK_HOME"); // other tests have one, a fresh machine has none
        Process process = shell.start();
        boolean ended = process.waitFor(10, TimeUnit.MINUTES);
        process.destroyForcibly();
        assertThat(ended && process.exitValue() == 0)
                .as("%s%n%s", command, Files.readString(output))
                .isTrue();
    }
}
