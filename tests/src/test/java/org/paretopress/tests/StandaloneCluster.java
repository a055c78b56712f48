package org.paretopress.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A standalone Spark cluster of separate JVMs on loopback, with the Spark that the build brings: a master, and workers of one core,
 * each on a host name of its own.
 */
final class StandaloneCluster implements AutoCloseable {

    private static final Duration DEADLINE = Duration.ofMinutes(2);
    private static final Pattern MASTER = Pattern.compile("Starting Spark master at (spark://\\S+)");
    private static final Pattern REGISTERED = Pattern.compile("Successfully registered with (master)");
    private static final int MILLISECONDS_BETWEEN_LOOKS = 20;

    private final Path folder;
    private final List<Process> workers = new ArrayList<>();
    private Process master;
    private String url;

    private StandaloneCluster(Path folder) {
        this.folder = folder;
    }

    /**
     * Starts a cluster.
     *
     * @param folder for logs and for what workers keep
     * @param gpus of each worker, an address; empty for one without
     */
    static StandaloneCluster start(Path folder, String... gpus) throws IOException, InterruptedException {
        StandaloneCluster cluster = new StandaloneCluster(Files.createDirectories(folder));
        int workers = gpus.length;
        try {
            cluster.master = cluster.launch("master", "127.0.0.1", List.of(), "org.apache.spark.deploy.master.Master");
            cluster.url = cluster.await(cluster.master, "master", MASTER);
            for (int worker = 1; worker <= workers; worker++) {
                cluster.workers.add(cluster.launch(
                        "worker" + worker,
                        "127.0.0." + worker,
                        cluster.resources(gpus[worker - 1]),
                        "org.apache.spark.deploy.worker.Worker",
                        "--cores",
                        "1",
                        "--memory",
                        "1g",
                        "--work-dir",
                        folder.resolve("work" + worker).toString(),
                        cluster.url));
            }
            for (int worker = 1; worker <= workers; worker++) {
                cluster.await(cluster.workers.get(worker - 1), "worker" + worker, REGISTERED);
            }
            return cluster;
        } catch (IOException | InterruptedException | RuntimeException | AssertionError e) {
            cluster.close();
            throw e;
        }
    }

    /** Where applications are submitted to. */
    String url() {
        return url;
    }

    /** Kills one executor (SIGKILL), if any runs. */
    boolean killExecutor() {
        return executor().map(ProcessHandle::destroyForcibly).orElse(false);
    }

    /** Stops one executor from doing anything (SIGSTOP), as on a machine that hangs. */
    void freezeExecutor() throws IOException, InterruptedException {
        long id = executor().orElseThrow().pid();
        int code =
                new ProcessBuilder("kill", "-STOP", Long.toString(id)).start().waitFor();
        assertThat(code).isZero();
    }

    private Optional<ProcessHandle> executor() {
        return workers.stream()
                .flatMap(worker -> worker.toHandle().descendants())
                .filter(StandaloneCluster::isExecutor)
                .findFirst();
    }

    /** Kills a worker and with it its executors (SIGKILL). */
    void killWorker() {
        Process worker = workers.remove(workers.size() - 1);
        worker.descendants().forEach(ProcessHandle::destroyForcibly);
        worker.destroyForcibly();
    }

    private static boolean isExecutor(ProcessHandle process) {
        return process.info().commandLine().orElse("").contains("CoarseGrainedExecutorBackend");
    }

    /** What makes a worker believe that it has a GPU. */
    private List<String> resources(String gpu) throws IOException {
        if (gpu.isEmpty()) {
            return List.of();
        }
        Path script = folder.resolve("gpu" + gpu + ".sh");
        Files.writeString(script, "#!/bin/sh\necho '{\"name\": \"gpu\", \"addresses\": [\"" + gpu + "\"]}'\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        return List.of("-Dspark.worker.resource.gpu.amount=1", "-Dspark.worker.resource.gpu.discoveryScript=" + script);
    }

    private Process launch(String name, String host, List<String> properties, String type, String... arguments)
            throws IOException {
        Path spark = Shared.repository().resolve("submit/target/spark");
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m"));
        command.addAll(properties);
        command.addAll(
                List.of("-cp", spark.resolve("jars") + "/*", type, "--host", host, "--port", "0", "--webui-port", "0"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log(name).toFile());
        builder.environment().put("SPARK_HOME", spark.toString());
        builder.environment().put("SPARK_SCALA_VERSION", "2.13");
        return builder.start();
    }

    /** What the log says, once it says it. */
    private String await(Process process, String name, Pattern wanted) throws InterruptedException, IOException {
        long end = System.nanoTime() + DEADLINE.toNanos();
        while (System.nanoTime() < end) {
            Matcher matcher = wanted.matcher(Files.readString(log(name)));
            if (matcher.find()) {
                return matcher.group(1);
            }
            if (process.waitFor(MILLISECONDS_BETWEEN_LOOKS, TimeUnit.MILLISECONDS)) {
                break;
            }
        }
        return fail("The %s did not start:%n%s", name, Files.readString(log(name)));
    }

    private Path log(String name) {
        return folder.resolve(name + ".log");
    }

    @Override
    public void close() {
        while (!workers.isEmpty()) {
            killWorker();
        }
        if (master != null) {
            master.destroyForcibly();
        }
    }
}
