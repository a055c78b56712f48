package org.paretopress.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code tests/gpu} does on machines without a GPU: no program but bash is on its PATH, and where one is needed, made up. */
class GpuScriptTest {

    private static final List<String> STEPS =
            List.of("device", "contract", "nd4j", "perplexity", "search", "dense", "generation");

    @TempDir
    private Path folder;

    private record Ended(int code, String out, String err) {}

    private Ended run(String... steps) throws IOException, InterruptedException {
        Path err = folder.resolve("err.txt");
        String script = Shared.repository().resolve("tests/gpu").toString();
        ProcessBuilder builder = new ProcessBuilder(Stream.concat(Stream.of("bash", script), Stream.of(steps))
                        .toList())
                .redirectError(err.toFile());
        builder.environment()
                .put("PATH", Files.createDirectories(folder.resolve("bin")).toString());
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), out, Files.readString(err));
    }

    /** The summary, without what stands above it. */
    private static List<String> lines(Ended ended) {
        return ended.out().strip().lines().toList();
    }

    @Test
    void withoutADriverEveryStepIsSkippedAndSaysWhy() throws Exception {
        Ended ended = run();
        assertThat(ended.code()).as(ended.err()).isZero();
        assertThat(ended.err()).isEmpty();
        assertThat(lines(ended))
                .hasSameSizeAs(STEPS)
                .allMatch(line -> line.matches("\\w+ +SKIPPED +there is no nvidia-smi on the PATH.*"));
        assertThat(lines(ended)).extracting(line -> line.split(" ")[0]).isEqualTo(STEPS);
    }

    @Test
    void aDriverThatFindsNoGpuIsQuoted() throws Exception {
        Path tool = Files.createDirectories(folder.resolve("bin")).resolve("nvidia-smi");
        Files.writeString(tool, "#!/bin/sh\necho 'No devices were found'\nexit 6\n");
        Files.setPosixFilePermissions(tool, PosixFilePermissions.fromString("rwxr-xr-x"));
        Ended ended = run("search");
        assertThat(ended.code()).as(ended.err()).isZero();
        assertThat(lines(ended))
                .singleElement()
                .asString()
                .matches("search +SKIPPED +nvidia-smi finds no GPU: No devices were found");
    }

    @ParameterizedTest
    @CsvSource({"contract, contract", "bench, 'dense generation'", "perplexity contract, 'perplexity contract'"})
    void onlyTheStepsThatAreNamedAreTaken(String named, String taken) throws Exception {
        assertThat(lines(run(named.split(" "))))
                .extracting(line -> line.split(" ")[0])
                .containsExactly(taken.split(" "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"contracts", "", "--help"})
    void anUnknownStepIsRefusedWithThoseThatThereAre(String step) throws Exception {
        Ended ended = run("contract", step);
        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.out()).isEmpty();
        assertThat(ended.err())
                .startsWith("tests/gpu: there is no step " + step + ".\nMaybe ")
                .contains(STEPS)
                .contains("bench");
    }
}
