package org.paretopress.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code --gpus} from the launcher to the executors, on a machine whose nvidia-smi, made up, tells of a GPU that cannot be used. */
class GpusTest {

    @TempDir
    private Path folder;

    private record Ended(int code, String out, String err) {}

    /** Runs the launcher in an empty folder, which has to stay so, with CUDA_VISIBLE_DEVICES or without. */
    private Ended launch(Optional<String> visible, String... arguments) throws IOException, InterruptedException {
        Path bin = Files.createDirectories(folder.resolve("bin"));
        Path tool = Files.writeString(bin.resolve("nvidia-smi"), "#!/bin/sh\necho 0\n");
        Files.setPosixFilePermissions(tool, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path here = Files.createDirectories(folder.resolve("here"));
        Path out = folder.resolve("out.txt");
        Path err = folder.resolve("err.txt");
        List<String> command = new ArrayList<>(List.of(
                "bash", Shared.repository().resolve("submit/paretopress").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(here.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().remove("SPARK_HOME");
        builder.environment().put("PATH", bin + ":" + System.getenv("PATH"));
        builder.environment().remove("CUDA_VISIBLE_DEVICES");
        visible.ifPresent(some -> builder.environment().put("CUDA_VISIBLE_DEVICES", some));
        Process process = builder.start();
        boolean ended = process.waitFor(5, TimeUnit.MINUTES);
        process.destroyForcibly().waitFor();
        assertThat(ended).as(Files.readString(err)).isTrue();
        assertThat(here).isEmptyDirectory();
        return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    @ParameterizedTest
    @ValueSource(strings = {"spark.executor.memory=1g", "spark.task.resource.gpu.amount=1"})
    void aSearchFallsBackToTheCpuAndSaysWhy(String setting) throws Exception {
        SmallRun run = SmallRun.in(folder);
        Ended ended = launch(
                Optional.empty(),
                "search",
                run.config().toString(),
                "--gpus=1",
                "--conf=spark.executorEnv.CUDA_VISIBLE_DEVICES=", // a GPU that is there would be used
                "--conf=" + setting,
                "--set=search.generations=1",
                "--set=search.baselines=[uniform]");
        assertThat(ended.code()).as(ended.err()).isZero();
        String kernels = "on the CPU, not on GPU 0 in bfloat16 (";
        assertThat(ended.err().lines().filter(line -> line.startsWith("kernels: ")))
                .singleElement()
                .asString()
                .contains(kernels);
        JsonNode provenance = new ObjectMapper().readTree(run.read("provenance.json"));
        assertThat(provenance.path("cluster").path("master").asText()).startsWith("local-cluster[1,");
        assertThat(provenance.path("tasksByKernels").fieldNames())
                .toIterable()
                .singleElement()
                .asString()
                .contains(kernels);
        double expected = holdoutKl(SmallRun.finished());
        assertThat(holdoutKl(run)).isCloseTo(expected, Offset.offset(1e-5 * expected));
    }

    /** On GPUs more sequences go through a model together, so last bits differ. */
    private static double holdoutKl(SmallRun run) throws IOException {
        return run.point("uniform-1").path("holdout").path("kl").asDouble();
    }

    /** Of some GPUs that it may see the discovery script only has the number; CUDA finds none of these. */
    @Test
    void benchMeasuresNoCpuInPlaceOfAGpu() throws Exception {
        Ended ended = launch(
                Optional.of("99"), "bench", Shared.demo("model").toString(), "--gpus=1", "--only=dense", "--json");
        assertThat(ended.code()).as(ended.err()).isEqualTo(2);
        assertThat(ended.out()).isEmpty();
        assertThat(ended.err())
                .contains("paretopress: --gpus: GPU 0 cannot be used: ND4J", "not on GPU 0 in bfloat16 (")
                .contains("\nMaybe leave out --gpus");
    }

    @Test
    void moreGpusThanThereAreAreRefusedBeforeARunIsTouched() throws Exception {
        SmallRun run = SmallRun.in(folder);
        Ended ended = launch(Optional.empty(), "search", run.config().toString(), "--gpus=2");
        assertThat(ended.code()).as(ended.err()).isEqualTo(2);
        assertThat(ended.err()).contains("--gpus 2 does not fit: this machine has 1.");
        assertThat(run.output()).doesNotExist();
    }
}
