package org.paretopress.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code submit/yarn} on a real YARN gives the bytes that one machine gives. Spark's YARN client is published up to Spark 3.5, so
 * this runs with {@code ./mvnw -Pyarn verify}, which builds everything for that.
 */
class YarnTest {

    private static final Duration DEADLINE = Duration.ofMinutes(5);

    @TempDir
    private Path folder;

    @BeforeEach
    void requireYarn() {
        Path spark = Shared.repository().resolve("submit/target/spark/jars");
        String[] jars = spark.toFile().list((parent, name) -> name.startsWith("spark-yarn_"));
        assumeTrue(jars != null && jars.length > 0, "skipped: this Spark has no YARN client; -Pyarn builds with one");
    }

    @ParameterizedTest
    @ValueSource(strings = {"client", "cluster"})
    void aSearchOnYarnEqualsThatOfOneMachine(String mode) throws Exception {
        SmallRun run = SmallRun.in(folder.resolve("small"));
        try (YarnCluster cluster = YarnCluster.start(folder.resolve("yarn"))) {
            Process search = submit(cluster, mode, run);
            boolean ended = search.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS);
            search.destroyForcibly();
            assertThat(ended && search.exitValue() == 0).as(logs(cluster)).isTrue();
        }
        SmallRun expected = SmallRun.finished();
        assertThat(run.read("front.json")).isEqualTo(expected.read("front.json"));
        assertThat(run.read("baselines.json")).isEqualTo(expected.read("baselines.json"));
    }

    private Process submit(YarnCluster cluster, String mode, SmallRun run) throws IOException {
        Path submit = Shared.repository().resolve("submit");
        List<String> command = List.of(
                "bash",
                submit.resolve("yarn").toString(),
                "--deploy-mode",
                mode,
                "--num-executors",
                "2",
                "--driver-memory",
                "512m",
                "--executor-memory",
                "512m",
                "--conf",
                "spark.yarn.am.memory=512m",
                "--conf",
                "spark.yarn.jars=local:" + submit.resolve("target/spark/jars") + "/*",
                "--conf",
                "spark.yarn.stagingDir=" + folder.toUri(),
                "--conf",
                "spark.ui.enabled=false", // its filter is in a jar of Hadoop's own installation
                "--",
                "search",
                run.config().toString());
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log().toFile());
        builder.environment().remove("SPARK_HOME");
        builder.environment().put("HADOOP_CONF_DIR", cluster.conf().toString());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        return builder.start();
    }

    private String logs(YarnCluster cluster) throws IOException {
        StringBuilder text = new StringBuilder(Files.readString(log()));
        for (Path log : cluster.containerLogs()) {
            text.append("\n== ").append(log).append('\n').append(Files.readString(log));
        }
        return text.toString();
    }

    private Path log() {
        return folder.resolve("submit.log");
    }
}
