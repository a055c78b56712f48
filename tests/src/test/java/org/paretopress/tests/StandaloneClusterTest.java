package org.paretopress.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line on a real cluster gives the bytes that one machine gives, whatever dies on the way. */
class StandaloneClusterTest {

    private static final Duration DEADLINE = Duration.ofMinutes(5);
    private static final int MILLISECONDS_BETWEEN_LOOKS = 10;

    @TempDir
    private Path folder;

    private StandaloneCluster cluster;
    private SmallRun run;

    @BeforeEach
    void start() throws IOException, InterruptedException {
        cluster = StandaloneCluster.start(folder.resolve("cluster"), "0", "3");
        run = SmallRun.in(folder.resolve("small"));
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void anUndisturbedSearchEqualsThatOfOneMachine() throws Exception {
        finish(launch("paretopress", List.of(), List.of("--master", cluster.url())));
        equalsThatOfOneMachine();
    }

    /**
     * With two attempts at a task the second one gives up, so that every kill sends the candidates of the lost task one by
     * one.
     */
    @Test
    void executorsThatAreKilledAndADriverThatIsResumedChangeNothing() throws Exception {
        Process driver = launch("paretopress", List.of(), options());
        int killed = 0;
        for (int generations = 3; generations <= 9; generations += 3) {
            await(driver, generations);
            killed += cluster.killExecutor() ? 1 : 0;
        }
        driver.destroyForcibly().waitFor();
        assertThat(killed).isEqualTo(3);
        assertThat(run.file("front.json")).doesNotExist();

        Process resumed = launch("paretopress", List.of(), options("--resume"));
        await(resumed, 12);
        assertThat(cluster.killExecutor()).isTrue();
        await(resumed, 15);
        cluster.killWorker();
        finish(resumed);
        equalsThatOfOneMachine();
    }

    /** Its tasks run elsewhere too, because they are slow, long before it is given up. */
    @Test
    void anExecutorThatHangsChangesNothing() throws Exception {
        Path events = Files.createDirectories(folder.resolve("events"));
        Process driver = launch(
                "paretopress",
                List.of(),
                List.of(
                        "--master",
                        cluster.url(),
                        "--conf",
                        "spark.executor.heartbeatInterval=1s",
                        "--conf",
                        "spark.network.timeout=40s",
                        "--conf",
                        "spark.network.timeoutInterval=5s",
                        "--conf",
                        "spark.speculation.minTaskRuntime=1s",
                        "--conf",
                        "spark.speculation.task.duration.threshold=2s", // for stages of one task
                        "--conf",
                        "spark.eventLog.enabled=true",
                        "--conf",
                        "spark.eventLog.compress=false",
                        "--conf",
                        "spark.eventLog.rolling.enabled=false",
                        "--conf",
                        "spark.eventLog.dir=" + events.toUri()));
        await(driver, 3);
        cluster.freezeExecutor();
        finish(driver);
        equalsThatOfOneMachine();
        try (Stream<Path> logs = Files.list(events)) {
            assertThat(Files.readString(logs.findFirst().orElseThrow()))
                    .contains("\"Speculative\":true")
                    .contains("\"Locality\":\"PROCESS_LOCAL\""); // where their part of the text was scored before
        }
    }

    @Test
    void theDriverMayRunOnTheClusterToo() throws Exception {
        List<String> options = List.of(
                "--master",
                cluster.url(),
                "--deploy-mode",
                "cluster",
                "--driver-memory",
                "512m",
                "--executor-memory",
                "512m",
                "--conf",
                "spark.standalone.submit.waitAppCompletion=true",
                "--");
        finish(launch("standalone", options, List.of()));
        equalsThatOfOneMachine();
    }

    /** The fake kernels leave a mark for every device that they are asked for, and one for every device that they open. */
    @Test
    void theGpusThatSparkGivesReachTheKernelsAndLevelsAreBuiltWithoutThem() throws Exception {
        Path marks = Files.createDirectories(folder.resolve("marks"));
        List<String> options = List.of(
                "--master",
                cluster.url(),
                "--conf",
                "spark.executor.resource.gpu.amount=1",
                "--conf",
                "spark.task.resource.gpu.amount=1",
                "--conf",
                "spark.executorEnv.CUDA_VISIBLE_DEVICES=", // real ones, where there are some, would be taken first
                "--conf",
                "spark.jars=" + FakeGpu.jar(folder.resolve("fake.jar")),
                "--conf",
                "spark.executor.extraJavaOptions=-D" + FakeGpu.FOLDER + "=" + marks);
        finish(launch("paretopress", List.of(), options));
        losesWhatOneMachineLoses();
        assertThat(marks.toFile().list())
                .containsExactlyInAnyOrder("asked-", "asked-0", "asked-3", "opened-0", "opened-3");

        JsonNode kernels =
                new ObjectMapper().readTree(run.read("provenance.json")).path("tasksByKernels");
        assertThat(kernels.size()).isEqualTo(2);
        for (String device : List.of("GPU 0", "GPU 3")) { // ours are offered before these or behind, as jars are loaded
            assertThat(kernels.properties())
                    .filteredOn(tasks -> tasks.getKey().startsWith("fake on " + device + " in bfloat16"))
                    .singleElement()
                    .matches(tasks -> tasks.getValue().asInt() > 0);
        }
        assertThat(Files.readString(log()))
                .containsOnlyOnce("kernels: fake on GPU 0 in bfloat16")
                .containsOnlyOnce("kernels: fake on GPU 3 in bfloat16");
    }

    @Test
    void aLevelThatIsDamagedEndsTheRunInItsOwnWords() throws Exception {
        Command.run(run.arguments("levels", "local[2]")).succeeded();
        Path file = run.levels().resolve("model.layers.1.mlp.up_proj.levels");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1]++;
        Files.write(file, bytes);
        Process driver = launch("paretopress", List.of(), List.of("--master", cluster.url()));
        assertThat(driver.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(driver.exitValue()).as(Files.readString(log())).isEqualTo(2);
        assertThat(Files.readString(log()))
                .contains(file.getFileName().toString())
                .contains("Maybe ");
    }

    private List<String> options(String... more) {
        List<String> options =
                new ArrayList<>(List.of("--master", cluster.url(), "--conf", "spark.task.maxFailures=2"));
        options.addAll(List.of(more));
        return options;
    }

    /** On GPUs more sequences go through a model together, so last bits differ, and minibatches hold other text. */
    private void losesWhatOneMachineLoses() throws IOException {
        JsonNode expected = SmallRun.finished().point("uniform-1");
        JsonNode actual = run.point("uniform-1");
        for (String loss : List.of("/calibration/kl", "/holdout/kl", "/holdout/perplexity")) {
            double value = expected.at(loss).asDouble();
            assertThat(value).isPositive();
            assertThat(actual.at(loss).asDouble()).isCloseTo(value, Offset.offset(1e-5 * value));
        }
    }

    private void equalsThatOfOneMachine() {
        SmallRun expected = SmallRun.finished();
        assertThat(run.read("front.json")).isEqualTo(expected.read("front.json"));
        assertThat(run.read("baselines.json")).isEqualTo(expected.read("baselines.json"));
    }

    private Process launch(String script, List<String> before, List<String> after) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "bash", Shared.repository().resolve("submit").resolve(script).toString()));
        command.addAll(before);
        command.addAll(List.of("search", run.config().toString()));
        command.addAll(after);
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log().toFile());
        builder.environment().remove("SPARK_HOME");
        return builder.start();
    }

    private void finish(Process driver) throws IOException, InterruptedException {
        boolean ended = driver.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS);
        driver.destroyForcibly();
        assertThat(ended && driver.exitValue() == 0).as(Files.readString(log())).isTrue();
    }

    /** Until so many generations, those of both budgets together, are written. */
    private void await(Process driver, int generations) throws IOException, InterruptedException {
        long end = System.nanoTime() + DEADLINE.toNanos();
        Path lines = run.file("generations.jsonl");
        while (!Files.exists(lines) || Files.readAllLines(lines).size() < generations) {
            boolean ended = driver.waitFor(MILLISECONDS_BETWEEN_LOOKS, TimeUnit.MILLISECONDS);
            assertThat(ended || System.nanoTime() > end)
                    .as(Files.readString(log()))
                    .isFalse();
        }
    }

    private Path log() {
        return folder.resolve("driver.log");
    }
}
