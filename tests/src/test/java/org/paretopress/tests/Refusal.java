package org.paretopress.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What a command must do with input it cannot use: say so once, help, and leave everything as it was. */
final class Refusal {

    private Refusal() {}

    /**
     * Runs a command and checks that it refuses.
     *
     * @param folder must hold the same files after as before
     * @param named what the message has to name
     */
    static String of(Path folder, List<String> arguments, String... named) {
        Map<String, Integer> before = fingerprints(folder);
        Command command = Command.run(arguments);
        assertThat(command.code()).as(command.err()).isEqualTo(2);
        assertThat(command.out()).isEmpty();
        List<String> lines = command.err().strip().lines().toList();
        assertThat(lines.get(0)).startsWith("paretopress: ");
        assertThat(lines).filteredOn(line -> line.startsWith("Maybe ")).hasSize(1);
        assertThat(lines.get(lines.size() - 1)).as("the last line").startsWith("Maybe ");
        assertThat(command.err())
                .contains(named)
                .doesNotContain("Exception", "\tat ", "null", "[source:", "usage", "Usage")
                .doesNotContain("paretopress: paretopress");
        assertThat(lines).hasSizeLessThanOrEqualTo(3);
        assertThat(fingerprints(folder)).isEqualTo(before);
        return command.err();
    }

    private static Map<String, Integer> fingerprints(Path folder) {
        Map<String, Integer> fingerprints = new TreeMap<>();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.toList()) {
                fingerprints.put(
                        path.toString(), Files.isDirectory(path) ? 0 : Arrays.hashCode(Files.readAllBytes(path)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return fingerprints;
    }
}
