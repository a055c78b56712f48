package org.paretopress.tests;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** The repository, and reference material beside it; a test that needs the latter is skipped where it is not. */
final class Shared {

    private Shared() {}

    /** The repository's root. */
    static Path repository() {
        return Path.of(System.getProperty("repository.root", ".."))
                .toAbsolutePath()
                .normalize();
    }

    /** A file or folder of the embedded example. */
    static Path demo(String name) {
        return repository().resolve("conf/demo").resolve(name);
    }

    /** A file or folder below {@code ../shared}, or the end of the test. */
    static Path path(String relative) {
        Path path = repository().resolveSibling("shared").resolve(relative);
        assumeTrue(Files.exists(path), () -> "skipped: " + path + " is not there");
        return path;
    }
}
