package org.paretopress.tests;

import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.server.MiniYARNCluster;

/** Hadoop's YARN with two nodes on loopback, in a JVM of its own, because it changes what is static there. */
record YarnCluster(Process process, Path folder) implements AutoCloseable {

    private static final Duration DEADLINE = Duration.ofMinutes(2);
    private static final int MILLISECONDS_BETWEEN_LOOKS = 50;
    private static final int NODES = 2;

    static YarnCluster start(Path folder) throws IOException, InterruptedException {
        Files.createDirectories(folder.resolve("conf"));
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx1g",
                        "--add-opens=java.base/java.lang=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        YarnCluster.class.getName(),
                        folder.toString())
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("yarn.log").toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        YarnCluster cluster = new YarnCluster(builder.start(), folder);
        long end = System.nanoTime() + DEADLINE.toNanos();
        while (!Files.exists(cluster.conf().resolve("core-site.xml"))) {
            boolean ended = cluster.process.waitFor(MILLISECONDS_BETWEEN_LOOKS, TimeUnit.MILLISECONDS);
            if (ended || System.nanoTime() > end) {
                cluster.close();
                fail("YARN did not start:%n%s", Files.readString(folder.resolve("yarn.log")));
            }
        }
        return cluster;
    }

    /** What HADOOP_CONF_DIR names. */
    Path conf() {
        return folder.resolve("conf");
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    /** The cluster's JVM: starts it, tells where it is, and goes on until it is killed. */
    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        YarnConfiguration conf = new YarnConfiguration();
        conf.set("fs.defaultFS", "file:///");
        conf.set("yarn.scheduler.capacity.root.queues", "default");
        conf.set("yarn.scheduler.capacity.root.default.capacity", "100");
        conf.set("yarn.scheduler.capacity.maximum-am-resource-percent", "1.0");
        conf.set("yarn.scheduler.minimum-allocation-mb", "256");
        conf.set("yarn.nodemanager.resource.memory-mb", "4096");
        conf.set("yarn.nodemanager.resource.cpu-vcores", "4");
        conf.set("yarn.nodemanager.vmem-check-enabled", "false");
        conf.set("yarn.nodemanager.pmem-check-enabled", "false");
        conf.set("yarn.nodemanager.disk-health-checker.max-disk-utilization-per-disk-percentage", "99.9");
        MiniYARNCluster cluster = new MiniYARNCluster("paretopress", NODES, 1, 1);
        cluster.init(conf);
        cluster.start();
        write(cluster.getConfig(), folder.resolve("conf/yarn-site.xml"));
        Configuration core = new Configuration(false);
        core.set("fs.defaultFS", "file:///");
        Path unfinished = folder.resolve("core-site.xml");
        write(core, unfinished);
        Files.move(unfinished, folder.resolve("conf/core-site.xml"));
        Thread.currentThread().join();
    }

    private static void write(Configuration conf, Path file) throws IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            conf.writeXml(out);
        }
    }

    /** Logs of everything that ran in containers, for messages of tests. */
    List<Path> containerLogs() throws IOException {
        try (var all = Files.walk(folder)) {
            return all.filter(file -> file.toString().contains("/container_")
                            && List.of("stdout", "stderr")
                                    .contains(file.getFileName().toString()))
                    .toList();
        }
    }
}
