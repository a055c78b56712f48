package org.paretopress.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the wrappers hand to a distribution's spark-submit, which is a script here that tells; and the examples of schedules. */
class SubmitTest {

    private static final Path SUBMIT = Shared.repository().resolve("submit");
    private static final String CRON = "(\\S+ ){4}\\S+";

    @TempDir
    private Path spark;

    @BeforeEach
    void install() throws IOException {
        Files.createFile(Files.createDirectories(spark.resolve("jars")).resolve("spark-core_2.13-4.jar"));
        Path submit = Files.createDirectories(spark.resolve("bin")).resolve("spark-submit");
        Files.writeString(submit, "#!/bin/sh\nfor a; do echo \"$a\"; done\n");
        Files.setPosixFilePermissions(submit, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private record Ended(int code, String out) {}

    private Ended run(String... command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("SPARK_HOME", spark.toString());
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), out);
    }

    private Ended wrapper(String manager, String... arguments) throws IOException, InterruptedException {
        return run(Stream.concat(Stream.of("bash", SUBMIT.resolve(manager).toString()), Stream.of(arguments))
                .toArray(String[]::new));
    }

    @Test
    void theCommandComesBehindTheAssemblyAndTheCallersSettingsBehindOurs() throws Exception {
        for (String manager : List.of("standalone", "yarn", "kubernetes")) {
            Ended ended = wrapper(
                    manager, "--deploy-mode", "cluster", "--conf", "spark.network.timeout=9s", "--", "search", "a b");
            List<String> given = ended.out().lines().toList();
            assertThat(ended.code()).as(ended.out()).isZero();
            assertThat(given.subList(given.size() - 5, given.size()))
                    .containsExactly(
                            "--class",
                            "org.paretopress.jobs.cli.Main",
                            SUBMIT.resolveSibling("spark-jobs/target/paretopress-assembly.jar")
                                    .toString(),
                            "search",
                            "a b");
            assertThat(given).contains("spark.network.timeout=60s");
            assertThat(given.indexOf("spark.network.timeout=9s"))
                    .isGreaterThan(given.indexOf("spark.network.timeout=60s"))
                    .isPositive();
            assertThat(given)
                    .anyMatch(option -> option.startsWith("spark.driver.extraJavaOptions=")
                            && option.contains("--add-opens=java.base/java.nio=ALL-UNNAMED"));
            assertThat(given.subList(0, 2).equals(List.of("--master", "yarn")) || given.contains("yarn"))
                    .isEqualTo(manager.equals("yarn"));
        }
    }

    @Test
    void aWrapperWithoutACommandSaysHowToWriteOne() throws Exception {
        Ended ended = wrapper("standalone", "--master", "spark://host:7077");
        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.out()).contains("the command to run is missing").contains("Maybe ");
    }

    /** The tool is a script that prints what the real one would, and ends as it would. */
    private Ended discovery(String tool, String... environment) throws IOException, InterruptedException {
        Path file = spark.resolve("bin/nvidia-smi");
        Files.writeString(file, "#!/bin/sh\n" + tool + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        List<String> command = new ArrayList<>(List.of("env", "-u", "CUDA_VISIBLE_DEVICES"));
        command.add("PATH=" + spark.resolve("bin") + ":" + System.getenv("PATH"));
        command.addAll(List.of(environment));
        command.add(SUBMIT.resolve("gpu-discovery.sh").toString());
        return run(command.toArray(new String[0]));
    }

    @Test
    void theDiscoveryScriptPrintsWhatSparkReads() throws Exception {
        assertThat(discovery("printf '0\\n3\\n'"))
                .isEqualTo(new Ended(0, "{\"name\": \"gpu\", \"addresses\": [\"0\", \"3\"]}\n"));
        for (String visible : List.of("3,5", "GPU-8932f937,MIG-5c1a")) {
            assertThat(discovery("printf '0\\n3\\n7\\n'", "CUDA_VISIBLE_DEVICES=" + visible))
                    .isEqualTo(new Ended(0, "{\"name\": \"gpu\", \"addresses\": [\"0\", \"1\"]}\n"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "0,-1", "0,,1", "NoDevFiles"})
    void theDiscoveryScriptFindsNoGpuWhereCudaIsToldToSeeNone(String visible) throws Exception {
        Ended ended = discovery("printf '0\\n'", "CUDA_VISIBLE_DEVICES=" + visible);
        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.out().lines()).singleElement().asString().contains("CUDA_VISIBLE_DEVICES", visible);
    }

    @Test
    void theDiscoveryScriptPassesOnWhyThereIsNoGpu() throws Exception {
        assertThat(discovery("echo 'NVIDIA-SMI has failed.'; echo 'Make sure of it.'; exit 9"))
                .isEqualTo(new Ended(1, "nvidia-smi finds no GPU: NVIDIA-SMI has failed. Make sure of it.\n"));
        assertThat(discovery("exit 0")).isEqualTo(new Ended(1, "nvidia-smi finds no GPU\n"));
    }

    @Test
    void theCrontabRunsASweepThroughAWrapper() throws Exception {
        String line = Files.readAllLines(SUBMIT.resolve("schedule/crontab")).stream()
                .filter(one -> !one.startsWith("#"))
                .findFirst()
                .orElseThrow();
        String command = line.replaceFirst(CRON + " ", "");
        assertThat(line).matches("\\d+ \\d+ \\* \\* \\* .*");
        assertThat(run("bash", "-n", "-c", command).code()).isZero();
        assertThat(command).contains("submit/standalone ").contains(" -- sweep ");
    }

    @Test
    void theCronJobStartsTheWrapperOfKubernetes() throws Exception {
        JsonNode job = new YAMLMapper()
                .readTree(SUBMIT.resolve("schedule/cronjob.yaml").toFile());
        assertThat(job.path("kind").asText()).isEqualTo("CronJob");
        assertThat(job.path("spec").path("schedule").asText()).matches(CRON);
        JsonNode pod = job.at("/spec/jobTemplate/spec/template/spec");
        assertThat(pod.path("restartPolicy").asText()).isEqualTo("Never");
        JsonNode driver = pod.path("containers").path(0);
        assertThat(driver.path("command").path(0).asText()).endsWith("/submit/kubernetes");
        String[] arguments = new ObjectMapper().convertValue(driver.path("args"), String[].class);
        Ended ended = wrapper("kubernetes", arguments);
        assertThat(ended.code()).as(ended.out()).isZero();
        assertThat(ended.out())
                .contains("k8s://https://kubernetes.default.svc\n")
                .endsWith("sweep\ns3a://models/sweeps/nightly.yaml\n");
    }

    /** Airflow itself is not installed: its two names are stand-ins that print what they are given. */
    @Test
    void theDagSubmitsTheAssembly() throws Exception {
        assumeTrue(run("sh", "-c", "command -v python3").code() == 0, "there is no python3");
        String program = """
                import sys, types, json, runpy
                class DAG:
                    def __init__(self, **given): print(json.dumps(sorted(given)))
                    def __enter__(self): return self
                    def __exit__(self, *rest): return False
                class SparkSubmitOperator:
                    def __init__(self, **given): print(json.dumps(given, default=str))
                name = "airflow.providers.apache.spark.operators.spark_submit"
                for i in range(name.count(".") + 1):
                    sys.modules[".".join(name.split(".")[: i + 1])] = types.ModuleType("stand-in")
                sys.modules["airflow"].DAG = DAG
                sys.modules[name].SparkSubmitOperator = SparkSubmitOperator
                runpy.run_path(sys.argv[1])
                """;
        Ended ended = run(
                "python3",
                "-c",
                program,
                SUBMIT.resolve("schedule/paretopress_dag.py").toString());
        assertThat(ended.code()).as(ended.out()).isZero();
        JsonNode operator = new ObjectMapper()
                .readTree(ended.out().lines().skip(1).findFirst().orElseThrow());
        assertThat(operator.path("application").asText()).endsWith("spark-jobs/target/paretopress-assembly.jar");
        assertThat(operator.path("java_class").asText()).isEqualTo(org.paretopress.jobs.cli.Main.class.getName());
        assertThat(operator.path("application_args").path(0).asText()).isEqualTo("sweep");
    }
}
