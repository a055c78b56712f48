package org.paretopress.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/** The command line in a JVM of its own, with the options of this one. */
record OwnJvm(Process process, Path log) {

    private static final int MILLISECONDS_BETWEEN_LOOKS = 5;

    static OwnJvm start(Path log, List<String> arguments) throws IOException {
        Process process = new ProcessBuilder(command(arguments))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        return new OwnJvm(process, log);
    }

    /** What a command that refuses its input prints to standard error, but for what Java says of its own options. */
    static String errorsOf(List<String> arguments) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command(arguments)).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(err).isEqualTo(2);
        assertThat(out).isEmpty();
        return err.lines()
                .filter(line -> !line.contains("jdk.incubator.vector"))
                .collect(Collectors.joining("\n", "", "\n"));
    }

    private static List<String> command(List<String> arguments) {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(
                List.of("-Xmx1g", "-cp", System.getProperty("java.class.path"), "org.paretopress.jobs.cli.Main"));
        command.addAll(arguments);
        return command;
    }

    /** Kills the process (SIGKILL) as soon as something is seen, which must be before it ends by itself. */
    void killOnce(BooleanSupplier seen, Duration deadline) throws InterruptedException {
        long end = System.nanoTime() + deadline.toNanos();
        try {
            while (!seen.getAsBoolean()) {
                if (process.waitFor(MILLISECONDS_BETWEEN_LOOKS, TimeUnit.MILLISECONDS)) {
                    fail("The process ended with %d before it could be killed:%n%s", process.exitValue(), output());
                }
                if (System.nanoTime() > end) {
                    fail("Nothing to see within %s:%n%s", deadline, output());
                }
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private String output() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
