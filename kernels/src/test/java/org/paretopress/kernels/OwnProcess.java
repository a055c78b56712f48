package org.paretopress.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A JVM beside that of the tests, for what depends on how one starts or on what one has done before. */
public final class OwnProcess {

    private OwnProcess() {}

    /**
     * Runs a class that must end with 0.
     *
     * @param options of the JVM
     * @return what it printed, but for errors
     */
    public static String run(Class<?> main, String... options) throws IOException, InterruptedException {
        return run(main, Map.of(), options);
    }

    /**
     * Likewise.
     *
     * @param environment variables that are set beside those of this process
     */
    public static String run(Class<?> main, Map<String, String> environment, String... options)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of(options));
        command.addAll(List.of(
                "--add-modules=jdk.incubator.vector", "-cp", System.getProperty("java.class.path"), main.getName()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().putAll(environment);
        Process process = builder.start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(printed).isZero();
        return printed;
    }
}
